// What the wallet's screens are made of: the mark, the amounts to choose from, the note on test money. Frame, popup and page use them.

/** Two coins, one behind the other: the mark of the wallet. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 24" width="32" height="24" aria-hidden="true">
      <circle cx="20" cy="12" r="10.5" class="far" />
      <circle cx="12" cy="12" r="11" class="near" />
      <path d="M8.6 9.3a3.2 3.2 0 1 1 5.6 2.1c-1.3 1.5-4.2 2.9-5.6 5.6h6.4" class="two" />
    </svg>
  )
}

/** Something is under way. It ends by itself: every request has a time limit. */
export function Working({ text }: { readonly text: string }) {
  return (
    <p class="working" role="status">
      <span class="spinner" aria-hidden="true" />
      {text}
    </p>
  )
}
