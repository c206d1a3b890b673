// How the pretended Stripe says no; the files beside it throw these, api.ts answers with them.

/** A request that cannot be done, as Stripe says so. */
export class ApiError extends Error {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  constructor(status: number, body: { type: string; message: string; code?: string; [more: string]: unknown }) {
    super(body.message)
    this.status = status
    this.body = body
  }
}

/** No such object. */
export function missing(what: string, id: string): ApiError {
  return new ApiError(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param: 'id',
  })
}

/** Not in the state that it would have to be in. */
export function stateError(message: string, code?: string): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message, ...(code === undefined ? {} : { code }) })
}
