import { defineConfig } from 'oxlint';
import { importRules } from './toolchain/import-table.ts';

/** Names of node:test whose promise the runner itself awaits. */
const TEST_CALLS = ['describe', 'it', 'suite', 'test'];

/** What is not listed is off. A finding is an error: a warning that nobody has to mend is noise. */
export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['node_modules', 'runs', 'reports/out'],
  categories: { correctness: 'error' },
  rules: {
    // promises
    'typescript/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: TEST_CALLS }] }],
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/return-await': ['error', 'in-try-catch'],
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'no-async-promise-executor': 'error',

    // types
    'typescript/no-explicit-any': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/restrict-plus-operands': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/no-deprecated': 'error',

    // imports; also refuses import('…') as a type, which the import table's rule does not see
    'typescript/consistent-type-imports': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-require-imports': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-duplicates': 'error',
    'import/no-self-import': 'error',
    'unicorn/prefer-node-protocol': 'error',

    // the rest
    'array-callback-return': 'error',
    eqeqeq: 'error',
    'no-else-return': 'error',
    'no-fallthrough': 'error',
    'no-param-reassign': 'error',
    'no-self-compare': 'error',
    'no-template-curly-in-string': 'error',
    'no-unneeded-ternary': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'no-useless-concat': 'error',
    'no-useless-return': 'error',
    'no-var': 'error',
    'object-shorthand': 'error',
    'prefer-const': 'error',
    'prefer-template': 'error',
    'unicorn/no-abusive-eslint-disable': 'error',
    'unicorn/no-instanceof-array': 'error',
    'unicorn/throw-new-error': 'error',
    'promise/no-return-in-finally': 'error',

    // flags arguments of a command that are grouped by spreading: ...['-m', '2G']
    'unicorn/no-useless-spread': 'off',
  },
  overrides: [
    ...importRules(),
    {
      files: ['**/*.test.ts'],
      // an assertion is what checks an answer whose shape nobody knows before
      rules: { 'typescript/no-unsafe-assignment': 'off' },
    },
  ],
});
