/** A page of the menu. */
export interface MenuRow {
  readonly path: string;
  readonly name: string;
}

/** Pages of the menu, in its order. `text.menu` has their names; who sees one follows from the `@Needs` of its handler. */
export const MENU: readonly MenuRow[] = [
  { path: '/console/overview', name: 'overview' },
  { path: '/console/runs', name: 'runs' },
  { path: '/console/timetable', name: 'timetable' },
  { path: '/console/register', name: 'register' },
  { path: '/console/processes', name: 'processes' },
  { path: '/console/cannot-be-checked', name: 'unchecked' },
  { path: '/console/persons', name: 'persons' },
  { path: '/console/work-list', name: 'work_list' },
  { path: '/console/relationships', name: 'relationships' },
  { path: '/console/unzr', name: 'unzr' },
];
