import type { DeploymentConfig } from '../../config/schema.ts';

/** The image as the deployment pulls it: from where it is published, or under its own name from the mirror. */
export function mirrored(image: string, { imageRegistry }: DeploymentConfig): string {
  return imageRegistry === undefined ? image : image.replace(/^[^/]+/, imageRegistry);
}
