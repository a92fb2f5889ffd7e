import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';

/**
 * Uploads files whose content is decided while synthesizing: one file as it is, several as an archive.
 *
 * They are written to a folder named after their content, so the same content is the same asset.
 */
export function renderedAsset(scope: Construct, id: string, files: Readonly<Record<string, string>>): Asset {
  const assetHash = createHash('sha256')
    .update(JSON.stringify(Object.entries(files).sort()))
    .digest('hex');
  const folder = join(tmpdir(), 'librechat-cdk', assetHash);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: content.startsWith('#!') ? 0o755 : 0o644 });
  }
  const names = Object.keys(files);
  return new Asset(scope, id, { path: names.length === 1 ? join(folder, names[0] ?? '') : folder, assetHash });
}
