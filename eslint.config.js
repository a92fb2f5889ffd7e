import js from '@eslint/js';
import cdk from 'eslint-cdk-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import layers from './scripts/eslint/layers.js';

const noClock =
  'lib/ is deterministic: two synths of one configuration are byte-identical. Take the value from the configuration';
const noBarrel =
  "import from 'aws-cdk-lib/core' or 'aws-cdk-lib/aws-…': the barrel loads every service and slows each synth";

export default defineConfig([
  globalIgnores(['cdk.out*', 'coverage', '.venv', '.cache', '.rehearsal', '**/*.d.ts']),

  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // A construct is made for its effect on the tree; a class of which only the constructor is written is normal.
      '@typescript-eslint/no-extraneous-class': ['error', { allowConstructorOnly: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.{js,ts}'],
    plugins: { project: { rules: { layers } } },
    rules: {
      'project/layers': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['warn', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['warn', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },

  {
    files: ['lib/**/*.ts'],
    plugins: { cdk },
    rules: {
      ...cdk.configs.strict.rules,
      // Props are destructured in the signature, which has no name for them; the compiler checks order and types.
      'cdk/construct-constructor-property': 'off',
      // Implementations of one interface share their props.
      'cdk/props-name-convention': 'off',
      // What implements a documented interface inherits its text, and saying it again only ages.
      'cdk/require-jsdoc': 'off',
      // These two also forbid a function that makes one construct from the scope and the literal id of its caller. The
      // dangers they are about, ids put together from values and children in the parent's scope, are refused below.
      'cdk/no-variable-construct-id': 'off',
      'cdk/require-passing-this': 'off',
      'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'config/deployment-config.ts is the only reader of the environment',
        },
        { object: 'Date', property: 'now', message: noClock },
        { object: 'performance', property: 'now', message: noClock },
        { object: 'Math', property: 'random', message: noClock },
        { object: 'crypto', property: 'randomUUID', message: noClock },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: noClock },
        { selector: "CallExpression[callee.name='Date']", message: noClock },
        {
          selector: "MethodDefinition[kind='constructor'] NewExpression[arguments.0.name='scope']",
          message: 'a child of this construct belongs into this, not into scope',
        },
        ...['TemplateLiteral[expressions.length>0]', 'BinaryExpression'].map((id) => ({
          selector: `NewExpression[arguments.0.type='ThisExpression'] > ${id}.arguments:nth-child(2)`,
          message: 'a construct id built from a value changes with it, and a changed id replaces the resource',
        })),
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'aws-cdk-lib', message: noBarrel },
            { name: 'process', message: 'config/deployment-config.ts is the only reader of the environment' },
            { name: 'node:process', message: 'config/deployment-config.ts is the only reader of the environment' },
            ...['crypto', 'node:crypto'].map((name) => ({
              name,
              importNames: ['randomBytes', 'randomInt', 'randomUUID', 'webcrypto', 'default'],
              message: noClock,
            })),
          ],
          patterns: [
            {
              regex: '^(node:)?(dns|http|http2|https|net|tls)(/.*)?$',
              message: 'lib/ makes templates without a network',
            },
            { regex: '^@aws-sdk/', message: 'lib/ makes templates without an account' },
          ],
        },
      ],
    },
  },
  {
    files: ['bin/**/*.ts', 'cli/**/*.ts', 'rehearsal/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: 'aws-cdk-lib', message: noBarrel }] }] },
  },
  { files: ['scripts/**/*.{js,ts}'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js'], languageOptions: { globals: { console: 'readonly', process: 'readonly' } } },

  {
    // Reads templates by path; what is found there is typed by CloudFormation, not by us.
    files: ['cli/{network,permissions}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Tests read templates and JSON answers, which are `any` by nature; a suite is one long function.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'max-lines-per-function': 'off',
    },
  },
]);
