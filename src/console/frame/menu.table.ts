/** Pages of the menu, in its order. `text.menu` has their names; who sees one follows from the `@Needs` of its handler. */
export const MENU = [{ path: '/console/persons', name: 'persons' }] as const satisfies readonly { readonly path: string; readonly name: string }[];
