/** Region in which CloudFront finds certificates and firewalls, wherever its origins are. */
export const CLOUDFRONT_REGION = 'us-east-1';

/** Regions that an account must switch on first. CloudFront delivers no logs to buckets there. */
export const OPT_IN_REGIONS: readonly string[] = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
];
