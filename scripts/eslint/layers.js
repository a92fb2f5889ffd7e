// The dependency rule of the project, as a lint rule: config <- lib <- cli, and nothing imports bin or cli.
// `no-restricted-imports` does not see `import()`, which the CLI uses to start fast, hence a rule of our own.
import { dirname, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Which of our folders a file may import from, beside its own. Folders not named here may import everything. */
const mayImport = {
  config: [],
  lib: ['config'],
  rehearsal: [],
  cli: ['config', 'lib', 'rehearsal'],
  bin: ['config', 'lib'],
};
const ourFolders = ['bin', 'cli', 'config', 'lib', 'rehearsal', 'scripts', 'test'];

function topFolder(file) {
  const [first] = relative(root, file).split(sep);
  return ourFolders.includes(first) ? first : undefined;
}

export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      layer: '{{from}}/ must not import from {{to}}/: it may import {{allowed}} (see AGENTS.md, "Layers")',
    },
  },
  create(context) {
    const from = topFolder(context.filename);
    const allowed = mayImport[from];
    if (allowed === undefined) return {};

    function check(node) {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const to = topFolder(resolve(dirname(context.filename), specifier));
      if (to === undefined || to === from || allowed.includes(to)) return;
      const names = allowed.map((folder) => `${folder}/`).join(', ');
      context.report({ node, messageId: 'layer', data: { from, to, allowed: names || 'no other folder of ours' } });
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
