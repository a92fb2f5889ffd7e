import { Backup, paginateListBackupVaults, paginateListRecoveryPointsByBackupVault } from '@aws-sdk/client-backup';
import { EFS, paginateDescribeMountTargets } from '@aws-sdk/client-efs';
import { paginateListBuckets, S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { AwsOptions } from '../aws-clients.ts';
import { UserError } from '../errors.ts';
import { all, ifThere, type Kind, until, type Work } from './kind.ts';

/** Everything that holds data and is neither a database nor a disk. */
export const storeKinds = (options: AwsOptions): Kind[] => [
  vaults(new Backup(options)),
  fileSystems(new EFS(options)),
  // A name before the host is for AWS: an address of one's own has no such hosts.
  buckets(new S3({ ...options, forcePathStyle: options.endpoint !== undefined })),
  secrets(new SecretsManager(options)),
];

function vaults(client: Backup): Kind {
  const pointsIn = (BackupVaultName: string) =>
    all(paginateListRecoveryPointsByBackupVault({ client }, { BackupVaultName }), (page) => page.RecoveryPoints);
  return {
    types: ['AWS::Backup::BackupVault'],
    arn: /^arn:[^:]+:backup:[^:]*:[^:]*:backup-vault:(.+)$/,
    what: 'backup vault',
    role: 'data',
    look: async (id) => {
      // Asked for one that is not there, AWS says that access is denied.
      const there = await all(paginateListBackupVaults({ client }, {}), (page) => page.BackupVaultList);
      const found = there.find(({ BackupVaultName }) => BackupVaultName === id);
      return (
        found && { detail: `${found.NumberOfRecoveryPoints ?? 0} backups${found.Locked === true ? ', locked' : ''}` }
      );
    },
    remove: async (BackupVaultName, work) => {
      for (const { RecoveryPointArn } of await pointsIn(BackupVaultName))
        await client.deleteRecoveryPoint({ BackupVaultName, RecoveryPointArn });
      await until('deleting backups', async () => (await pointsIn(BackupVaultName)).length === 0, work);
      await client.deleteBackupVault({ BackupVaultName });
    },
  };
}

function fileSystems(client: EFS): Kind {
  const targetsOf = (FileSystemId: string) =>
    all(paginateDescribeMountTargets({ client }, { FileSystemId }), ({ MountTargets }) => MountTargets);
  return {
    types: ['AWS::EFS::FileSystem'],
    arn: /^arn:[^:]+:elasticfilesystem:[^:]*:[^:]*:file-system\/(.+)$/,
    what: 'file system',
    role: 'data',
    look: async (FileSystemId) => {
      const found = (await ifThere(client.describeFileSystems({ FileSystemId })))?.FileSystems?.[0];
      const mebibytes = Math.ceil((found?.SizeInBytes?.Value ?? 0) / 2 ** 20);
      const state = found?.LifeCycleState;
      return found && { detail: `${mebibytes} MiB, ${state ?? ''}`, state, isGoing: state === 'deleting' };
    },
    remove: async (FileSystemId, work) => {
      for (const { MountTargetId } of await targetsOf(FileSystemId)) await client.deleteMountTarget({ MountTargetId });
      await until('deleting mount targets', async () => (await targetsOf(FileSystemId)).length === 0, work);
      await client.deleteFileSystem({ FileSystemId });
    },
  };
}

function buckets(client: S3): Kind {
  return {
    types: ['AWS::S3::Bucket'],
    arn: /^arn:[^:]+:s3:::([^/]+)$/,
    what: 'bucket',
    role: 'data',
    look: async (id) => {
      // The list has only buckets of this account: a name that is free again may be another's tomorrow.
      const own = await all(paginateListBuckets({ client }, { Prefix: id }), ({ Buckets }) => Buckets);
      if (!own.some(({ Name }) => Name === id)) return undefined;
      const { Versions = [], DeleteMarkers = [] } = await client.listObjectVersions({ Bucket: id, MaxKeys: 1 });
      return { detail: Versions.length + DeleteMarkers.length === 0 ? 'empty' : 'holds objects' };
    },
    remove: async (Bucket, work) => {
      await emptyBucket(client, Bucket, work);
      await client.deleteBucket({ Bucket });
    },
  };
}

/** Deletes every version of every object, a page of up to 1000 at a time: the first is the next one each time. */
async function emptyBucket(client: S3, Bucket: string, { tell, signal }: Work): Promise<void> {
  for (let deleted = 0; ;) {
    signal.throwIfAborted();
    const { Versions = [], DeleteMarkers = [] } = await client.listObjectVersions({ Bucket });
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors: [refused] = [] } = await client.deleteObjects({ Bucket, Delete: { Objects, Quiet: true } });
    if (refused !== undefined)
      throw new UserError(
        `object ${refused.Key ?? ''} of bucket ${Bucket} cannot be deleted: ${refused.Message ?? refused.Code ?? ''}`,
        'a retention or a policy of the bucket holds it',
      );
    deleted += Objects.length;
    tell(`emptying ${Bucket}: ${deleted} versions deleted`);
  }
}

function secrets(client: SecretsManager): Kind {
  return {
    types: ['AWS::SecretsManager::Secret'],
    arn: /^(arn:[^:]+:secretsmanager:.+)$/,
    what: 'secret',
    role: 'data',
    look: async (SecretId) => {
      const found = await ifThere(client.describeSecret({ SecretId }));
      // One that is to go on a date is gone for everybody already.
      return found === undefined || found.DeletedDate !== undefined ? undefined : { detail: found.Description ?? '' };
    },
    remove: (SecretId) => client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
  };
}
