import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { StreamableFile } from '@nestjs/common';

/**
 * What the page may do: load what this door serves, and ask it. Neither script nor style may stand in the page itself;
 * the icons of the style sheet are images inside it.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page; everything on it is drawn from the document by the package. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Person verification</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="calls"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/draw.js"></script>
</body>
</html>
`;

/** Without a validator: the package would send the document to one of its own. */
export const DRAW = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#calls', validatorUrl: null });
`;

/** A file of the package, which nothing but the page needs. */
export function fileOfPackage(name: 'swagger-ui.css' | 'swagger-ui-bundle.js'): StreamableFile {
  const path = join(require.resolve('swagger-ui-dist/package.json'), '..', name);
  return new StreamableFile(createReadStream(path));
}
