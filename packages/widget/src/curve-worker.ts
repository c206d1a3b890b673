// Entry of the worker in which coins are made and checked: nothing of it runs where clicks are handled.
import { serveCurve } from '@tuppence/core/curve-worker'

serveCurve()
