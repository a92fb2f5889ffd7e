/** How LibreChat's image is run, v0.8.8: the same in every mode. */
export const LIBRECHAT = {
  /** Its process, without the npm before it that would swallow SIGTERM. */
  entry: 'api/server/index.js',
  workingDirectory: '/app',
  uid: '1000',
  gid: '1000',

  /** Time in which it ends its answers after SIGTERM: 60 s of its own and a margin. */
  stopSeconds: 90,

  /** Folders that it writes and whose files must stay. */
  images: '/app/client/public/images',
  uploads: '/app/uploads',
} as const;

/** User and group that it runs as, the way containers are told. */
export const LIBRECHAT_USER = `${LIBRECHAT.uid}:${LIBRECHAT.gid}`;
