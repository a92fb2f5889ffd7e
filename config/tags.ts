/** Tags that the stack gives every resource itself. */
export const STACK_TAGS = [
  'Application',
  'Deployment',
  'Environment',
  'DataClassification',
  'HIPAA',
  'SOC2',
  'Owner',
  'CostCenter',
] as const;

/** Tags that CDK and the parts of the stack add to some resource of theirs, at most. */
const TAGS_OF_PARTS = 4;

/** Tags that AWS takes for a resource; those of the prefix `aws:` do not count. */
const TAGS_OF_AWS = 50;

/** Tags that are left for the user. */
export const USER_TAGS = TAGS_OF_AWS - STACK_TAGS.length - TAGS_OF_PARTS;

/** What AWS takes in keys and values of tags. */
export const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
