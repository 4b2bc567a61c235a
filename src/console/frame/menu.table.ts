/** Pages of the menu, in its order. `text.menu` has their names; who sees one follows from the `@Needs` of its handler. */
export const MENU = [] as const satisfies readonly { readonly path: string; readonly name: string }[];
