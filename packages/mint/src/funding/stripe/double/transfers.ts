// Transfers of the pretended Stripe to connected accounts, and back; api.ts calls it.

import type { Stripe } from 'stripe'
import { ApiError, missing } from './api-error.ts'
import { flatAt, textAt, type Form } from './form.ts'
import { newTransaction } from './objects.ts'
import { emit, nowSeconds, type World } from './world.ts'

/** Adds a connected account; transfers go only to one that is there and may be paid. */
export function addAccount(world: World, id: string, { payable = true }: { payable?: boolean } = {}): Stripe.Account {
  const account = {
    id,
    object: 'account',
    charges_enabled: payable,
    details_submitted: payable,
    email: null,
    payouts_enabled: payable,
    type: 'express',
    country: 'US',
    default_currency: 'usd',
    capabilities: { transfers: payable ? 'active' : 'inactive' },
    metadata: {},
  } as unknown as Stripe.Account
  world.accounts.set(id, account)
  return account
}

/** Moves money to a connected account. @throws {ApiError} No such account, it may not be paid, or the amount is none. */
export function createTransfer(world: World, form: Form): Stripe.Transfer {
  const amount = Number(textAt(form, 'amount'))
  const currency = textAt(form, 'currency') ?? ''
  const destination = textAt(form, 'destination') ?? ''
  if (!Number.isSafeInteger(amount) || amount < 1) {
    throw new ApiError(400, {
      type: 'invalid_request_error',
      code: 'parameter_invalid_integer',
      message: 'Invalid amount.',
    })
  }
  const account = world.accounts.get(destination)
  if (account === undefined) throw missing('destination', destination)
  if (!account.payouts_enabled) {
    throw new ApiError(400, {
      type: 'invalid_request_error',
      code: 'insufficient_capabilities_for_transfer',
      message: 'Your destination account needs to have at least one of the following capabilities enabled: transfers.',
    })
  }
  const id = world.id('tr')
  const transaction = newTransaction(world, { amount: -amount, fee: 0, currency, source: id, type: 'transfer' })
  const transfer: Stripe.Transfer = {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: transaction.id,
    created: nowSeconds(world),
    currency,
    description: textAt(form, 'description') ?? null,
    destination,
    livemode: world.livemode,
    metadata: flatAt(form, 'metadata'),
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: null,
    transfer_group: textAt(form, 'transfer_group') ?? null,
  }
  world.transfers.set(id, transfer)
  emit(world, 'transfer.created', transfer)
  return transfer
}

/** Takes a transfer back, or a part of it. @throws {ApiError} More than there is. */
export function reverseTransfer(world: World, id: string, form: Form): Stripe.TransferReversal {
  const transfer = world.transfers.get(id)
  if (transfer === undefined) throw missing('transfer', id)
  const left = transfer.amount - transfer.amount_reversed
  const amount = Number(textAt(form, 'amount') ?? left)
  if (!(amount >= 1 && amount <= left)) {
    throw new ApiError(400, { type: 'invalid_request_error', code: 'amount_too_large', message: 'More than is left.' })
  }
  const name = world.id('trr')
  const { currency } = transfer
  const transaction = newTransaction(world, { amount, fee: 0, currency, source: name, type: 'transfer_refund' })
  const reversal: Stripe.TransferReversal = {
    id: name,
    object: 'transfer_reversal',
    amount,
    balance_transaction: transaction.id,
    created: nowSeconds(world),
    currency,
    destination_payment_refund: null,
    metadata: flatAt(form, 'metadata'),
    source_refund: null,
    transfer: id,
  }
  transfer.amount_reversed += amount
  transfer.reversed = transfer.amount_reversed === transfer.amount
  transfer.reversals.data.push(reversal)
  emit(world, 'transfer.reversed', transfer)
  return reversal
}
