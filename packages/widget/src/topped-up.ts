// Entry of topped-up.html, to which a checkout sends readers back: goes on to the page of the wallet that they left.
import { wayBack } from './parts/departure.ts'

location.replace(wayBack(location.search))
