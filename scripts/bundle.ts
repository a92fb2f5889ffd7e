// Builds the archives of the Python functions ahead of time, so that a later synth needs no network.
import { ensurePythonBundles } from '../lib/utils/python-bundle.ts';

for (const archive of ensurePythonBundles()) console.log(archive);
