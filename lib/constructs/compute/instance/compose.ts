import type { Ec2Config } from '../../../../config/schema.ts';
export function instanceFiles(_config: Ec2Config): Record<string,string> { return { 'boot.sh': '#!/bin/bash\n' }; }
