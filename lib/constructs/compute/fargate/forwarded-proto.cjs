// Loaded before LibreChat where CloudFront leads to a load balancer that leads to it.
//
// The balancer says `http` of every request, for so CloudFront calls it. LibreChat then takes the site for insecure and
// sets no session cookie, and nobody can sign in through OpenID or SAML. CloudFront says in a header of its own, which
// a browser cannot set, what the browser used.
const { Server } = require('node:http');

const { emit } = Server.prototype;

Server.prototype.emit = function (event, request, ...rest) {
  const scheme = event === 'request' ? request.headers['cloudfront-forwarded-proto'] : undefined;
  if (scheme !== undefined) request.headers['x-forwarded-proto'] = scheme;
  return emit.call(this, event, request, ...rest);
};
