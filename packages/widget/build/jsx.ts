// What JSX compiles to in the wallet's pages: Preact's own runtime also carries what other compilers' output needs.
import { createElement, Fragment, type ComponentChildren, type ComponentType, type VNode } from 'preact'

export { Fragment }

/** Makes an element; `children` are among the props. */
export const jsx = (
  type: ComponentType<object> | string,
  props: { children?: ComponentChildren },
  key?: string | number,
): VNode => createElement(type as ComponentType<object>, key === undefined ? props : { ...props, key })

/** The same, for several children. @alias */
export const jsxs: typeof jsx = jsx
