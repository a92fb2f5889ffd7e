import type { Ec2Config } from '../../../../config/schema.ts';
import { LIBRECHAT } from '../librechat-image.ts';
import { type Fields, NOT_MADE_UP, present, type ServiceName, USERS } from './service-parts.ts';

/** A folder of the data volume that a container writes, and who it belongs to. */
interface DataFolder {
  readonly path: string;
  readonly target: string;

  /** uid:gid on the machine, which is the same in the container. */
  readonly owner: string;
  readonly mode: string;
}

/** Every folder that the images write and that must outlive them. */
const DATA_FOLDERS: Readonly<Partial<Record<ServiceName, readonly DataFolder[]>>> = {
  librechat: [
    { path: '/data/librechat/images', target: LIBRECHAT.images, owner: USERS.librechat, mode: '0750' },
    { path: '/data/librechat/uploads', target: LIBRECHAT.uploads, owner: USERS.librechat, mode: '0750' },
    { path: '/data/librechat/logs', target: '/app/logs', owner: USERS.librechat, mode: '0750' },
    { path: '/data/librechat/data', target: '/app/data', owner: USERS.librechat, mode: '0750' },
  ],
  meilisearch: [{ path: '/data/meilisearch', target: '/meili_data', owner: USERS.meilisearch, mode: '0700' }],
  mongodb: [{ path: '/data/mongodb', target: '/data/db', owner: USERS.mongodb, mode: '0700' }],
  vectordb: [{ path: '/data/vectordb', target: '/var/lib/postgresql/data', owner: USERS.vectordb, mode: '0700' }],
};

/** Folders of the data volume that the configuration's containers write. */
export function dataFoldersOf(config: Ec2Config): readonly DataFolder[] {
  const has = present(config);
  return (Object.keys(has) as ServiceName[]).flatMap((name) => (has[name] ? (DATA_FOLDERS[name] ?? []) : []));
}

/** The folders of a container, as its service mounts them. */
export function dataMounts(name: ServiceName): Fields[] {
  const folders = DATA_FOLDERS[name] ?? [];
  return folders.map(({ path, target }) => ({ type: 'bind', source: path, target, bind: NOT_MADE_UP }));
}
