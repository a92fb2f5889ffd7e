const join = (...parts: string[]) => parts.join('');

/**
 * Thirty kinds of secrets as they stand in logs, templates and settings: the text around each, and what must not leave.
 *
 * Put together from parts, so that no scanner takes this file for a leak.
 */
export const SECRETS: readonly { readonly kind: string; readonly text: string; readonly secret: string }[] = [
  ...[
    ['AWS access key id', '', join('AKIA', 'IOSFODNN7EXAMPLE')],
    ['id of a session key', 'key=', join('ASIA', 'Y34FZKBOKMUTVV7A')],
    ['AWS secret key', 'aws_secret_access_key = ', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['AWS session token', 'AWS_SESSION_TOKEN=', 'IQoJb3JpZ2luX2VjEJr//////////wEaCXVz'],
    ['MongoDB password', 'mongodb://librechat:', 'PhuxxRp3IpnkbLXlBjDVhXtg', '@docdb.local:27017/LibreChat'],
    ['MongoDB+srv password', 'uri: mongodb+srv://app:', 'p4ss!w0rd', '@cluster0.mongodb.net'],
    ['PostgreSQL password', 'postgresql://rag:', 'hunter2hunter2', '@db:5432/rag'],
    ['Redis password', 'rediss://:', 'Umo39Auy0triUJ5mhn7k', '@cache:6379'],
    ['basic login in an address', 'GET https://me:', 'topsecret', '@proxy.example.org/'],
    ['JSON web token', 'jwt ', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123456'],
    ['bearer token', 'Authorization: Bearer ', 'abcdef0123456789opaque'],
    ['basic authorization', 'authorization: Basic ', 'dXNlcjpwYXNzd29yZA=='],
    ['OpenAI key', 'using ', join('sk-', 'proj-abcdefghijklmnop1234')],
    ['Anthropic key', 'using ', join('sk-', 'ant-api03-abcdefghijkl')],
    ['Google key', 'key ', join('AIza', 'SyA1234567890abcdefghijklmnopqrstu')],
    ['Groq key', 'key ', join('gsk_', 'abcdefghijklmnop')],
    ['Bedrock API key', 'bedrock ', join('ABSK', 'QmVkcm9ja0FQSUtleS1hYmM=')],
    ['Hugging Face token', 'hub ', join('hf_', 'abcdefghijklmnopqrst')],
    ['GitHub token', 'clone with ', join('ghp_', 'abcdefghijklmnopqrstuvwxyz0123456789')],
    ['Slack token', 'slack ', join('xoxb-', '123456789012-abcdef')],
    ['Slack webhook', 'post to ', join('https://hooks.', 'slack.com/services/T000/B000/XXXX')],
    ['Stripe key', 'pay ', join('sk_', 'live_abcdefghijklmnop')],
    ['CREDS_KEY', 'CREDS_KEY=', '04ba30aa5d6fad3820b04f25f4d8815542fdd294cf305c2cdcaa913e30eebd9c'],
    ['CREDS_IV', '"CREDS_IV": "', '5c6bafd769d1b4d85391f180646a5154', '"'],
    ['password in JSON', '{"username":"librechat","password":"', 'correct horse', '"}'],
    ['password in escaped JSON', String.raw`"{\"MEILI_MASTER_KEY\":\"`, 'meili-master', String.raw`\"}"`],
    ['password of a form', 'email=a&password=', 'open-sesame', '&go=1'],
    ['cookie', 'Cookie: ', 'refreshToken=abc.def; connect.sid=s%3Axyz'],
    ['signature of an address', 'https://b.s3.amazonaws.com/x?X-Amz-Signature=', 'deadbeef01', '&X-Amz-Date=1'],
    ['client secret', 'OPENID_CLIENT_SECRET: ', 'shh-client'],
    ['e-mail address', 'login of ', 'jane.doe@example.org'],
  ].map(([kind = '', before = '', secret = '', after = '']) => ({ kind, secret, text: before + secret + after })),
  {
    kind: 'private key',
    text: join('-----BEGIN RSA PRIVATE ', 'KEY-----\nMIIEowIBAAKCAQEA\nabc\n-----END RSA PRIVATE ', 'KEY-----'),
    secret: 'MIIEowIBAAKCAQEA',
  },
];
