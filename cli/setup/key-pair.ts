import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AwsOptions } from '../aws-clients.ts';
import { UserError } from '../errors.ts';

/** Makes an EC2 key pair and keeps its private half in a file that nobody else can read. */
export async function createKeyPair(name: string, aws: AwsOptions, cwd: string): Promise<string> {
  const { CreateKeyPairCommand, EC2Client } = await import('@aws-sdk/client-ec2');
  const file = resolve(cwd, `${name.replaceAll(/[^\w.-]/g, '_')}.pem`);
  // First the file, and only a new one: AWS tells the key once.
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UserError(`${file} is there already`, 'move it away, or choose another name for the key pair');
  });
  let isWritten = false;
  try {
    const { KeyMaterial = '' } = await new EC2Client(aws).send(
      new CreateKeyPairCommand({
        KeyName: name,
        KeyType: 'ed25519',
        KeyFormat: 'pem',
        TagSpecifications: [{ ResourceType: 'key-pair', Tags: [{ Key: 'Application', Value: 'LibreChat' }] }],
      }),
    );
    await handle.writeFile(KeyMaterial);
    isWritten = KeyMaterial !== '';
    return file;
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidKeyPair.Duplicate')
      throw new UserError(
        `EC2 has a key pair ${name} already`,
        'choose another name: its private key is not kept by AWS',
      );
    throw error;
  } finally {
    await handle.close();
    if (!isWritten) await rm(file);
  }
}
