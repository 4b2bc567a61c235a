import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';

/** What pages load. Those of packages are served as their authors built them. */
const FILES = {
  style: join(__dirname, '../assets/console.css'),
  script: join(__dirname, '../assets/console.js'),
  htmx: join(dirname(require.resolve('htmx.org/package.json')), 'dist/htmx.min.js'),
  sse: join(dirname(require.resolve('htmx.org/package.json')), 'dist/ext/hx-sse.min.js'),
  chart: join(dirname(require.resolve('uplot/package.json')), 'dist/uPlot.iife.min.js'),
  chartStyle: join(dirname(require.resolve('uplot/package.json')), 'dist/uPlot.min.css'),
} as const;

type AssetName = keyof typeof FILES;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

const HASH_SIGNS = 16;

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

/** Styles and scripts of the pages. The name of each has its digest, so browsers may keep it for ever. */
@Injectable()
export class Assets {
  private readonly assets = new Map<string, Asset>();
  /** `/console/assets/htmx-0123456789abcdef.js` */
  readonly paths: Readonly<Record<AssetName, string>>;

  constructor() {
    const paths = Object.entries(FILES).map(([name, file]) => [
      name,
      `/console/assets/${this.read(name, file)}`,
    ]);
    this.paths = Object.fromEntries(paths) as Record<AssetName, string>;
  }

  /** Undefined for a name that no page has. */
  named(name: string): Asset | undefined {
    return this.assets.get(name);
  }

  private read(name: string, file: string): string {
    const bytes = extname(file) === '.css' ? withoutIndents(readFileSync(file)) : readFileSync(file);
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_SIGNS);
    const extension = extname(file);
    const hashed = `${name}-${digest}${extension}`;
    this.assets.set(hashed, { type: TYPES[extension] ?? '', bytes, gzipped: gzipSync(bytes) });
    return hashed;
  }
}

/** A style sheet as it is sent: no indents, and no spaces around the signs that need none. */
const withoutIndents = (css: Buffer): Buffer =>
  Buffer.from(
    css
      .toString('utf8')
      .replace(/\s+/g, ' ')
      .replace(/ ?([{};]) ?/g, '$1'),
  );
