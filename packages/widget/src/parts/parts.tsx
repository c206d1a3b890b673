// What the wallet's screens are made of: the mark, the amounts to choose from, the note on test money. Frame, popup and page use them.

/** Two coins, one behind the other: the mark of the wallet. */
export function Mark() {
  return <img class="mark" src="/mark.svg" width="32" height="24" alt="" />
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
