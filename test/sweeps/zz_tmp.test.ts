import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { compareTemplates } from '../../lib/utils/replacement.ts';
import { singleKeyPairs, kindPairs, releasePairs, randomPairs } from './pairs.ts';
import { templateOf } from './templates.ts';
test('x', () => { 
 const out: any[] = [];
 for (const [n, f] of Object.entries({ singleKeyPairs, kindPairs, releasePairs, randomPairs })) {
  const s = Date.now(); const c0 = process.cpuUsage(); const pairs = f(); const configs = new Set(pairs.flatMap(p => [JSON.stringify(p.before.config), JSON.stringify(p.after.config)])); console.log(n, pairs.length, configs.size, Date.now()-s);
  let bad = 0;
  for (const p of pairs) { let ch; try { ch = compareTemplates(templateOf(p.before.config), templateOf(p.after.config)); } catch (e) { console.log('ERR', p.before.name, p.after.name, String(e).slice(0,200)); continue; } if (ch.length) { bad++; out.push({ kind: n, from: p.before.name, to: p.after.name, changed: p.changed.length > 6 ? p.changed.slice(0,6) : p.changed, ch: ch.map(c => `${c.kind} ${c.type} ${c.logicalId} ${c.reason}`) }); } }
  const u = process.cpuUsage(c0); console.log(n, 'done', bad, Date.now()-s, 'cpu', (u.user+u.system)/1e6);
  writeFileSync('/tmp/h/out.json', JSON.stringify(out, null, 1));
 }
}, 600000);
