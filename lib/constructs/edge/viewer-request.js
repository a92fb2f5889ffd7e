// Runs at CloudFront for every request, in its JavaScript runtime 2.0: no destructuring, no for-of.
// Values between @ are put in when the stack is synthesized.
const ALLOWED = '@ALLOWED_CIDRS@'.split(' ');

function toNumber(address) {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function lies(address, range) {
  const parts = range.split('/');
  const size = 2 ** (32 - Number(parts[1]));
  return Math.floor(toNumber(address) / size) === Math.floor(toNumber(parts[0]) / size);
}

// eslint-disable-next-line no-unused-vars -- CloudFront calls it
function handler(event) {
  const address = event.viewer.ip;
  // An IPv6 address is in no range; but where everybody may come in, nobody is looked at.
  if (ALLOWED[0] !== '0.0.0.0/0' && !ALLOWED.some((range) => lies(address, range))) {
    return {
      statusCode: 403,
      statusDescription: 'Forbidden',
      headers: { 'content-type': { value: 'text/plain' }, 'cache-control': { value: 'no-store' } },
      body: 'This address may not use the site.',
    };
  }
  // For the firewall behind CloudFront: X-Forwarded-For begins with whatever the browser says.
  event.request.headers['@ADDRESS_HEADER@'] = { value: address };
  return event.request;
}
