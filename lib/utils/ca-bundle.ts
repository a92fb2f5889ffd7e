import { fileURLToPath } from 'node:url';

/** Root certificates of RDS and DocumentDB, which no runtime and no image carries. */
export const CA_BUNDLE_FILE = fileURLToPath(new URL('../assets/rds-ca-bundle.pem', import.meta.url));
