/** Which layer may import which. Each rule has a name for the message and a reason for the reader. */

/** Modules by layer, lowest first. Modules of one layer do not import each other. */
const LAYERS = [
  ['domain'],
  // Above domain: the allowed values of some settings are dictionaries of the domain.
  ['config'],
  // Above config: it lets the sentences of refusals and configuration errors into the log.
  ['observability'],
  ['database'],
  // Above database: an answer that shows persons leaves an audit row before it is sent.
  ['http'],
  ['graphql'],
  ['mvs-trembita', 'jobs', 'signed-content', 'media-storage', 'mithril'],
  ['dms-passport', 'mvs-passport', 'unzr', 'unzr-info', 'confidant-relationships'],
  ['verifications'],
  ['persons'],
  ['console'],
  ['cli'],
];

/** Modules whose every file may be imported; of the others only index.ts. */
const OPEN_MODULES = ['domain', 'config', 'database'];

const MODULES = LAYERS.flat();
const oneOf = (modules) => `^src/(${modules.join('|')})/`;
const pkg = (...names) => `(^|/)(node_modules/)?(${names.join('|')})(/|$)`;
const SPECS = '\\.spec\\.ts$';
const PROCESSOR = '\\.(processor|module)\\.ts$';

const importDownwards = LAYERS.flatMap((modules, layer) =>
  modules.map((module) => ({
    name: `import-downwards-from-${module}`,
    comment: `${module} may import lower layers only; what it needs from a higher layer is injected.`,
    severity: 'error',
    from: { path: `^src/${module}/`, pathNot: SPECS },
    // A command is a composition root like main and worker: it starts from app.module.
    to: {
      path: [oneOf(LAYERS.slice(layer).flat()), '^src/[^/]+\\.ts$'],
      pathNot: [`^src/${module}/`, ...(module === 'cli' ? ['^src/app\\.module\\.ts$'] : [])],
    },
  })),
);

const throughTheIndex = [
  {
    name: 'import-the-public-api',
    comment: 'Of another module only index.ts is imported, so that its files can be reorganised.',
    severity: 'error',
    from: { path: '^src/([^/]+)/', pathNot: SPECS },
    to: {
      path: oneOf(MODULES),
      pathNot: ['^src/$1/', oneOf(OPEN_MODULES), '^src/[^/]+/index\\.ts$'],
    },
  },
  {
    name: 'import-the-public-api-from-the-root',
    comment:
      'main, worker and the modules beside them use the public API of the modules like everybody else.',
    severity: 'error',
    from: { path: '^src/[^/]+\\.ts$', pathNot: SPECS },
    to: { path: oneOf(MODULES), pathNot: [oneOf(OPEN_MODULES), '^src/[^/]+/index\\.ts$'] },
  },
];

const packagesInOneModule = [
  {
    name: 'domain-is-pure',
    comment:
      'Rules and tables get facts as values. Only the date library, which counts birthdays right, and the edit distance help them.',
    severity: 'error',
    from: { path: ['^src/domain/', '^src/.*\\.(table|rules)\\.ts$'], pathNot: SPECS },
    to: { pathNot: ['^src/', pkg('temporal-polyfill', 'fastest-levenshtein')] },
  },
  {
    name: 'typeorm-in-repositories',
    comment: 'Only database/, repositories and modules (which register entities) know the ORM.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/database/', '\\.repository\\.ts$', '\\.module\\.ts$', SPECS] },
    to: { path: pkg('typeorm', '@nestjs/typeorm') },
  },
  {
    name: 'typeorm-itself-not-in-modules',
    comment: 'A module registers entities through @nestjs/typeorm and needs nothing of the ORM itself.',
    severity: 'error',
    from: { path: '\\.module\\.ts$', pathNot: '^src/database/' },
    to: { path: pkg('typeorm'), pathNot: '@nestjs/typeorm' },
  },
  {
    name: 'queues-in-jobs-and-processors',
    comment: 'Only jobs/ and the processor file of a feature know Bull and cron.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/jobs/', PROCESSOR, SPECS] },
    to: {
      path: pkg('bull', '@nestjs/bull', '@nestjs/bull-shared', '@nestjs/schedule', 'cron', 'cron-parser'),
    },
  },
  {
    name: 'soap-in-mvs-trembita',
    comment: 'Above mvs-trembita the program deals with answers, not with envelopes and sockets.',
    severity: 'error',
    // The responders of certificate authorities are called over HTTP as well, by one file.
    from: {
      path: '^src/',
      pathNot: ['^src/mvs-trembita/', '^src/signed-content/revocation\\.client\\.ts$', SPECS],
    },
    to: { path: pkg('saxes', 'undici') },
  },
  {
    name: 'signatures-in-signed-content',
    comment: 'Above signed-content the program deals with who signed what and when, not with ASN.1.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/signed-content/', SPECS] },
    to: { path: pkg('pkijs', 'asn1js', 'jkurwa', 'gost89', 'tinypool') },
  },
  {
    name: 'apollo-in-graphql',
    comment: 'Only graphql/ executes operations. The other modules have resolvers.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/graphql/', SPECS] },
    // The module has the name of the package, so the path is needed to tell them apart.
    to: { path: '(^|/)node_modules/(graphql|@apollo/server|graphql-query-complexity)/' },
  },
  {
    name: 'pages-in-console',
    comment: 'Only console/ makes HTML. The other modules answer programs.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/console/', SPECS] },
    to: { path: pkg('eta') },
  },
  {
    name: 'opentelemetry-in-observability',
    comment: 'One file loads OpenTelemetry, and only when tracing is on.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/observability/open-telemetry\\.ts$', SPECS] },
    to: { path: '(^|/)node_modules/@opentelemetry/' },
  },
  {
    name: 'object-stores-in-media-storage',
    comment: 'Only media-storage/ knows where objects are stored, so that another store is one file.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/media-storage/', SPECS] },
    to: { path: pkg('minio') },
  },
];

const apart = [
  {
    name: 'registers-do-not-know-persons',
    comment: 'What registers answered (mimir) must be readable without knowing whom it was asked for (mpi).',
    severity: 'error',
    from: { path: '^src/database/mimir/' },
    to: { path: '^src/database/mpi/' },
  },
  {
    name: 'src-is-the-service',
    comment: 'The service imports no development tool, test, drill or benchmark.',
    severity: 'error',
    from: { path: '^src/', pathNot: SPECS },
    to: { path: '^(tools|test|bench)/' },
  },
  {
    name: 'migrations-stand-alone',
    comment:
      'A migration records what happened to the schema then; code of today would rewrite that history.',
    severity: 'error',
    from: { path: '^migrations/' },
    to: { path: '^(src|tools|test|bench)/' },
  },
  {
    name: 'only-database-migrates',
    comment: 'Only database/ knows where the schema comes from.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/database/', SPECS] },
    to: { path: '^migrations/' },
  },
  {
    name: 'no-circular-imports',
    comment: 'Two files that import each other are one file, or hide a third.',
    severity: 'error',
    from: { path: '^(src|tools|migrations|test|bench)/' },
    to: { circular: true },
  },
  {
    name: 'no-missing-imports',
    comment: 'An import that cannot be resolved fails at start; better now.',
    severity: 'error',
    from: { path: '^(src|tools|migrations|test|bench)/' },
    to: { couldNotResolve: true },
  },
];

module.exports = {
  forbidden: [...importDownwards, ...throughTheIndex, ...packagesInOneModule, ...apart],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // An import of a type is a dependency too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
