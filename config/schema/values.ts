import { z } from 'zod';

export const cidr = z.cidrv4({
  error: (issue) => `expected an IPv4 range such as 10.0.0.0/16, got ${JSON.stringify(issue.input)}`,
});

export const pattern = (expression: RegExp, expected: string) =>
  z.string().regex(expression, { error: (issue) => `expected ${expected}, got ${JSON.stringify(issue.input)}` });

// The value is not shown: who misunderstands this key puts the secret itself here.
export const secretArn = z.string().regex(/^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/, {
  error:
    'expected the complete ARN of a Secrets Manager secret with the six characters at its end, got something else: store the value in a secret, and give its ARN',
});
export const certificateArn = pattern(
  /^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
  'the ARN of an ACM certificate',
);
export const domainName = pattern(/^(?!-)([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/, 'a domain name such as chat.example.com');
export const instanceClass = (prefix: string) =>
  pattern(new RegExp(`^${prefix}[a-z0-9-]+\\.[a-z0-9]+$`), `a class such as ${prefix}t4g.medium`);
