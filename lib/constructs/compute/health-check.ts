import { PORTS } from './container-environment.ts';

/** Note, in the container, that LibreChat was seen to run with its file. */
const NOTE = '/tmp/librechat-config-loaded';

/**
 * Command that succeeds while LibreChat is well, and that fails from the start where it runs without librechat.yaml.
 *
 * LibreChat starts with its defaults when it cannot read the file, and answers on every health endpoint. But before
 * anybody has signed in it tells which ways in by a provider there are, which by default are six and here never more
 * than one. Once that was right it is not asked again: the answer needs the database, whose outage must not end every
 * task. What it cannot see: whether the file that LibreChat read is the newest one.
 */
export function librechatHealthCommand(): string[] {
  const site = `http://127.0.0.1:${PORTS.librechat}`;
  // Without a dollar sign, which Docker Compose would replace.
  const script = `
    const fs = require('fs');
    const ask = (path) => fetch('${site}' + path, { headers: { 'user-agent': 'Mozilla/5.0' } });
    const check = async () => {
      if (!(await ask('/livez')).ok) throw new Error('LibreChat is not well');
      if (fs.existsSync('${NOTE}')) return;
      const { socialLogins } = await (await ask('/api/config')).json();
      if (!(socialLogins?.length <= 1)) throw new Error('LibreChat runs without librechat.yaml');
      fs.writeFileSync('${NOTE}', '');
    };
    check().then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
  `;
  return ['CMD', 'node', '-e', script.replaceAll(/\s+/g, ' ').trim()];
}

/** Command that succeeds while the RAG API reaches its database: it answers 200 without it, and only the body tells. */
export function ragApiHealthCommand(): string[] {
  const url = `http://127.0.0.1:${PORTS.ragApi}/health`;
  const script = `import sys,urllib.request as u; sys.exit(b'"UP"' not in u.urlopen('${url}', timeout=5).read())`;
  return ['CMD', 'python', '-c', script];
}

/** Command that succeeds while Meilisearch answers. */
export function meilisearchHealthCommand(): string[] {
  return ['CMD-SHELL', `wget -q -O /dev/null http://127.0.0.1:${PORTS.meilisearch}/health || exit 1`];
}
