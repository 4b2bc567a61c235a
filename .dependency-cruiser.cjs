/**
 * Who may import whom. The house has floors and one looks only down: then a room can be read, tested and taken
 * away without knowing what stands above it. Each rule has a name, for the message, and a reason, for the reader.
 * `src/floors.spec.ts` proves that every rule bites.
 */

/** Rooms by floor, lowest first. Rooms of one floor do not know each other. */
const FLOORS = [
  ['domain'],
  // Half a floor up: which values a setting may have is told by the dictionaries of the domain.
  ['config', 'embedded'],
  // Half a floor up: it knows the refusals and the configuration fault, to let their sentences into the log,
  // and every room above must be able to log.
  ['observability'],
  // The ground of the second floor: gate, runs and persons live in tables, and jobs are shown and started by calls.
  ['database', 'http'],
  // The language, once for all rooms above that answer its fields; it knows calls and none of their subjects.
  ['graphql'],
  ['mvs-trembita', 'jobs', 'signed-content', 'media-storage', 'mithril'],
  ['dms-passport', 'mvs-passport', 'unzr', 'unzr-info', 'confidant-relationships'],
  ['verifications'],
  ['persons'],
  ['commands'],
];

/** Rooms whose every file may be imported; of the others only index.ts. */
const OPEN_ROOMS = ['domain', 'config', 'database'];

const ROOMS = FLOORS.flat();
const oneOf = (rooms) => `^src/(${rooms.join('|')})/`;
const pkg = (...names) => `(^|/)(node_modules/)?(${names.join('|')})(/|$)`;
const SPECS = '\\.spec\\.ts$';

const lookOnlyDown = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `look-only-down-from-${room}`,
    comment: `${room} may import lower floors only; what it needs from beside or above is handed to it.`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    // A command is a roof like main and worker: it puts the rooms together by app.module.
    to: {
      path: [oneOf(FLOORS.slice(floor).flat()), '^src/[^/]+\\.ts$'],
      pathNot: [`^src/${room}/`, ...(room === 'commands' ? ['^src/app\\.module\\.ts$'] : [])],
    },
  })),
);

const throughTheDoor = [
  {
    name: 'through-the-door',
    comment: 'Of another room only index.ts is imported, so that a room can be rebuilt behind it.',
    severity: 'error',
    from: { path: '^src/([^/]+)/' },
    to: {
      path: oneOf(ROOMS),
      pathNot: [
        '^src/$1/',
        oneOf(OPEN_ROOMS),
        '^src/[^/]+/index\\.ts$',
        '^src/mvs-trembita/sandbox/index\\.ts$',
        '^src/signed-content/test-authority/index\\.ts$',
      ],
    },
  },
  {
    name: 'through-the-door-from-the-roof',
    comment: 'main, worker and app.module use the doors of the rooms like everybody else.',
    severity: 'error',
    from: { path: '^src/[^/]+\\.ts$', pathNot: SPECS },
    to: { path: oneOf(ROOMS), pathNot: [oneOf(OPEN_ROOMS), '^src/[^/]+/index\\.ts$'] },
  },
];

const packagesInOneRoom = [
  {
    name: 'the-law-book-is-pure',
    comment:
      'Rules and tables get facts as values. Only the date library, which counts birthdays right, and the edit distance help them.',
    severity: 'error',
    from: { path: ['^src/domain/', '\\.(table|rules)\\.ts$'], pathNot: SPECS },
    to: { pathNot: ['^src/', pkg('temporal-polyfill', 'fastest-levenshtein')] },
  },
  {
    name: 'typeorm-stays-with-the-data',
    comment:
      'Only database/ and *.repository.ts know the ORM; *.module.ts may announce entities to the framework.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/database/', '\\.repository\\.ts$', '\\.module\\.ts$', SPECS] },
    to: { path: pkg('typeorm', '@nestjs/typeorm') },
  },
  {
    name: 'typeorm-itself-not-in-modules',
    comment: 'A module announces entities through @nestjs/typeorm and needs nothing of the ORM itself.',
    severity: 'error',
    from: { path: '\\.module\\.ts$', pathNot: '^src/database/' },
    to: { path: pkg('typeorm'), pathNot: '@nestjs/typeorm' },
  },
  {
    name: 'queues-and-timetables-stay-in-jobs',
    comment:
      'A queue is a bell. Who rings it and what rings is told in one room, so that it can be replaced.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/jobs/', SPECS] },
    to: {
      path: pkg('bull', '@nestjs/bull', '@nestjs/bull-shared', '@nestjs/schedule', 'cron', 'cron-parser'),
    },
  },
  {
    name: 'soap-stays-in-mvs-trembita',
    comment: 'Above mvs-trembita the program speaks of answers, not of envelopes and sockets.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/mvs-trembita/', SPECS] },
    to: { path: pkg('saxes', 'undici') },
  },
  {
    name: 'signatures-stay-in-signed-content',
    comment: 'Above signed-content the program speaks of who signed what and when, not of ASN.1.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/signed-content/', SPECS] },
    to: { path: pkg('pkijs', 'asn1js', 'jkurwa', 'gost89', 'tinypool') },
  },
  {
    name: 'apollo-stays-in-graphql',
    comment:
      'Who runs the operations is known to one room. The others say by decorators which fields they answer.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/graphql/', SPECS] },
    // The room has the name of the package, so the path is needed to tell them apart.
    to: { path: '(^|/)node_modules/(graphql|@apollo/server|graphql-query-complexity)/' },
  },
  {
    name: 'stores-stay-in-media-storage',
    comment: 'Where objects lie is known to one room, so that another store is one file.',
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
    name: 'embedded-servers-are-not-the-program',
    comment: 'Made-up servers are for the command line and for proofs; the program must never start one.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(commands|embedded)/' },
    to: { path: '^src/embedded/' },
  },
  {
    name: 'the-sandbox-is-not-the-program',
    comment: 'A register that makes up answers is loaded by the command line and by proofs only.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(commands/|mvs-trembita/sandbox/)' },
    to: { path: '^src/mvs-trembita/sandbox/' },
  },
  {
    name: 'the-test-authority-is-not-the-program',
    comment: 'An authority that certifies made-up people is loaded by the command line and by proofs only.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/(commands/|signed-content/test-authority/)', SPECS] },
    to: { path: '^src/signed-content/test-authority/' },
  },
  {
    name: 'proofs-stay-outside',
    comment: 'The program does not import its tests, drills and benchmarks.',
    severity: 'error',
    from: { path: '^src/', pathNot: SPECS },
    to: { path: '^(test|drills|bench)/' },
  },
  {
    name: 'migrations-stand-alone',
    comment: 'A migration tells what happened to the schema then; code of today would rewrite that history.',
    severity: 'error',
    from: { path: '^migrations/' },
    to: { path: '^(src|test|drills|bench)/' },
  },
  {
    name: 'only-the-database-room-migrates',
    comment: 'Where the schema comes from is the database room’s business.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/database/', SPECS] },
    to: { path: '^migrations/' },
  },
  {
    name: 'no-circles',
    comment: 'Two files that need each other are one file, or hide a third.',
    severity: 'error',
    from: { path: '^(src|migrations|test|drills|bench)/' },
    to: { circular: true },
  },
  {
    name: 'nothing-missing',
    comment: 'An import that leads nowhere fails at start; better now.',
    severity: 'error',
    from: { path: '^(src|migrations|test|drills|bench)/' },
    to: { couldNotResolve: true },
  },
];

module.exports = {
  forbidden: [...lookOnlyDown, ...throughTheDoor, ...packagesInOneRoom, ...apart],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // An import of a type is knowledge too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
