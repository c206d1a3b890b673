// The app: a list of recipes, one open at a time. Buying is one component; what was bought goes where the component puts it.
import { Balance, Unlock } from '@tuppence/embed/react'
import { StrictMode, useState, type ReactElement } from 'react'
import { createRoot } from 'react-dom/client'
import { recipes, type Recipe } from './recipes.ts'

/** Where wallet and till are; whoever builds the app says so. */
declare const PLACES: Readonly<{ wallet: string; till: string }>

function Method({ recipe, onOpen }: Readonly<{ recipe: Recipe; onOpen: () => void }>): ReactElement {
  const href = `${PLACES.till}/methods/${recipe.id}`
  return (
    <Unlock
      wallet={PLACES.wallet}
      href={href}
      price={recipe.price}
      currency="usd"
      className="method"
      onSuccess={onOpen}
    >
      <a href={href}>The method, for {Math.round(Number(recipe.price) * 100)}¢</a>
    </Unlock>
  )
}

function Card({
  recipe,
  isOpen,
  toggle,
}: Readonly<{ recipe: Recipe; isOpen: boolean; toggle: () => void }>): ReactElement {
  const [cooked, setCooked] = useState(false)
  return (
    <article id={recipe.id} style={{ '--hue': recipe.hue } as React.CSSProperties}>
      <button type="button" aria-expanded={isOpen} onClick={toggle}>
        <span className="plate" aria-hidden="true" />
        <span>
          <strong>{recipe.title}</strong>
          <small>
            {recipe.minutes} minutes{cooked ? ' · yours' : ''}
          </small>
        </span>
      </button>
      {isOpen && (
        <div className="body">
          <p>{recipe.note}</p>
          <Method recipe={recipe} onOpen={() => setCooked(true)} />
        </div>
      )}
    </article>
  )
}

function App(): ReactElement {
  const [open, setOpen] = useState<string | undefined>(recipes[0]?.id)
  return (
    <>
      <header>
        <h1>Four Spoons</h1>
        <p>Recipes for a small kitchen. Ingredients are free to want; the method is a few cents, once.</p>
        <Balance wallet={PLACES.wallet} />
      </header>
      <main>
        {recipes.map((recipe) => (
          <Card
            key={recipe.id}
            recipe={recipe}
            isOpen={open === recipe.id}
            toggle={() => setOpen(open === recipe.id ? undefined : recipe.id)}
          />
        ))}
      </main>
    </>
  )
}

const place = document.getElementById('app')
if (place)
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
