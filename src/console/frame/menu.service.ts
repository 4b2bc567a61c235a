import { Injectable } from '@nestjs/common';
import { type AccessRequirement, type Caller, refusalOf } from '../../domain/access/access.rules';
import { ACCESS, type Access, DeclaredCalls } from '../../http';
import { MENU, type MenuRow } from './menu.table';
import type { Reader } from './reader';

export interface MenuEntry extends MenuRow {
  /** Of the page that is shown, or of one below it. */
  readonly isCurrent: boolean;
}

/** What a reader may open. The rule of a page is read from its handler, so menu and page cannot differ. */
@Injectable()
export class Menu {
  private needs: ReadonlyMap<string, AccessRequirement> | undefined;

  constructor(private readonly calls: DeclaredCalls) {}

  of({ caller, path }: Reader): readonly MenuEntry[] {
    if (caller === undefined) return [];
    const [page = ''] = path.split('?', 1);
    return MENU.filter((entry) => this.opens(caller, entry.path)).map((entry) => ({
      ...entry,
      isCurrent: page === entry.path || page.startsWith(`${entry.path}/`),
    }));
  }

  /** Whether the caller may open the page of this path, such as `/console/runs/:run_id`; false for what is no page. */
  opens(caller: Caller | undefined, path: string): boolean {
    const need = (this.needs ??= this.needsOfPages()).get(path);
    return caller !== undefined && need !== undefined && refusalOf(caller, need) === undefined;
  }

  private needsOfPages(): ReadonlyMap<string, AccessRequirement> {
    const needs = new Map<string, AccessRequirement>();
    for (const call of this.calls.all()) {
      const access = this.calls.metadataOf<Access>(call, ACCESS);
      if (call.method === 'GET' && access?.kind === 'with token') needs.set(call.path, access.need);
    }
    return needs;
  }
}
