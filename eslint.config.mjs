import tseslint from 'typescript-eslint';

/** Size limits: what exceeds them has more than one responsibility. */
const LIMITS = {
  'max-lines': ['error', { max: 450 }],
  'max-lines-per-function': ['error', { max: 50 }],
  complexity: ['error', 10],
  'max-depth': ['error', 3],
};

/** Words that only say that something is done to something. */
const EMPTY_WORDS = '(Manager|Helper|Util|Utils|Common|Base|Impl|Process|Handle|Handler)(?=[A-Z]|$)';
const LEADING_EMPTY_WORDS = '^(manager|helper|util|utils|common|base|impl|process|handle|handler)(?=[A-Z]|$)';
const NAMED =
  ':matches(ClassDeclaration, FunctionDeclaration, TSInterfaceDeclaration, TSTypeAliasDeclaration)';

const fiveParameters = (selector) => ({
  selector,
  message:
    'At most four parameters: more become one named object. Constructors are exempt, they list what is injected.',
});

const EMPTY_NAME = {
  selector: `${NAMED}[id.name=/${EMPTY_WORDS}|${LEADING_EMPTY_WORDS}/]`,
  message: 'A name that would fit anything says nothing.',
};

const SYNTAX = [
  fiveParameters(':matches(FunctionDeclaration, ArrowFunctionExpression)[params.length>4]'),
  fiveParameters('MethodDefinition[kind!="constructor"] > FunctionExpression[params.length>4]'),
  fiveParameters('Property > FunctionExpression[params.length>4]'),
  EMPTY_NAME,
];

/** Time is an argument: a rule that looks at the clock cannot be asked about tomorrow. */
const CLOCK = [
  'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
  'NewExpression[callee.name="Date"][arguments.length=0]',
  'MemberExpression[object.name="Temporal"][property.name="Now"]',
].map((selector) => ({ selector, message: 'Time is an argument of a rule, not something it looks up.' }));

const ONLY_CONFIG_READS_IT = 'Only src/config reads the environment; ask for Settings.';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '**/*.cjs', '**/*.mjs', '**/*.mts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...LIMITS,
      'no-restricted-syntax': ['error', ...SYNTAX],
      'no-console': 'error',
      eqeqeq: ['error', 'always'],
      'prefer-const': 'error',
      'no-param-reassign': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      // An async method of an interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // A module class of the framework is empty by design; its decorator says everything.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: ONLY_CONFIG_READS_IT },
      ],
    },
  },
  {
    // The bare decorators accept `[]` for an object, `null` for what is optional and `1990` for a day.
    files: ['src/**/*.ts'],
    ignores: ['src/http/validation/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        ...['class-validator', 'class-transformer'].map((name) => ({
          name,
          message: 'A DTO uses the decorators of src/http/validation.',
        })),
      ],
    },
  },
  {
    files: ['src/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'],
      'no-restricted-syntax': ['error', ...SYNTAX, ...CLOCK],
    },
  },
  {
    // Plain SQL is read from top to bottom; cutting a table in two would not make it shorter.
    files: ['migrations/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: {
      // A describe block is a list of sentences, not a function.
      'max-lines-per-function': 'off',
      // The columns of a table of cases are parameters too, and there may be five.
      'no-restricted-syntax': [
        'error',
        EMPTY_NAME,
        {
          selector:
            'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]',
          message: 'A test that is left out must not look like one that passes.',
        },
      ],
      // Answers of servers are read as they come; what is expected of them is what the test says.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
);
