import { ACM, type CertificateDetail } from '@aws-sdk/client-acm';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { EC2 } from '@aws-sdk/client-ec2';
import { paginateDescribePendingMaintenanceActions, RDS } from '@aws-sdk/client-rds';
import { DEFAULT_LIBRECHAT_VERSION } from '../../config/versions.ts';
import { all, ifThere } from '../inspect/kind.ts';
import {
  type AnalysisContext,
  type Check,
  type Finding,
  finding,
  hoursSince,
  onEach,
  type Place,
  placeOf,
} from './check.ts';

const daysSince = (date: Date | undefined, now: Date) => Math.floor(hoursSince(date, now) / 24);
const EXPIRY_DAYS = 30;
const OLD_IMAGE_DAYS = 90;

/** So long before AWS does it by itself. */
const FORCED_DAYS = 14;

export const certificates: Check = {
  name: 'certificates',
  about: 'certificates',
  run: async (context) => {
    const named = (await namedCertificates(context)).map((id) => ({ logicalId: 'access.certificateArn', id }));
    return await onEach([...context.owned('AWS::CertificateManager::Certificate'), ...named], async (where) => {
      const acm = new ACM({ ...context.aws, region: where.id.split(':')[3] });
      const answer = await ifThere(acm.describeCertificate({ CertificateArn: where.id }));
      if (answer?.Certificate !== undefined) return certificateFindings(answer.Certificate, where, context.now);
      return [finding('bad', where, 'the certificate is gone', 'name another and deploy')];
    });
  },
};

/** Certificates that the configuration names, or the parameters of a stack made from the console. */
async function namedCertificates({ stack, aws }: AnalysisContext): Promise<string[]> {
  const client = new CloudFormation(aws);
  const asked = { StackName: stack.id };
  const [{ TemplateBody = '' }, { Stacks = [] }] = await Promise.all([
    client.getTemplate(asked),
    client.describeStacks(asked),
  ]);
  const text = TemplateBody + JSON.stringify(Stacks.map(({ Parameters }) => Parameters));
  return [...new Set(text.match(/arn:[\w-]+:acm:[\w-]+:\d+:certificate\/[\w-]+/g))];
}

function certificateFindings(certificate: CertificateDetail, where: Place, now: Date): Finding[] {
  const { DomainName: domain = '', DomainValidationOptions = [], RenewalSummary, Status, NotAfter } = certificate;
  const record = DomainValidationOptions.map(({ ResourceRecord }) => ResourceRecord).find(Boolean);
  const prove = record ? `DNS needs ${record.Name ?? ''} CNAME ${record.Value ?? ''}` : 'answer the mail of ACM';
  if ([Status, RenewalSummary?.RenewalStatus].includes('PENDING_VALIDATION'))
    return [finding('bad', where, `the certificate of ${domain} waits for validation`, prove)];
  const days = NotAfter === undefined ? Infinity : -daysSince(NotAfter, now);
  if (days > EXPIRY_DAYS) return [];
  const what = `the certificate of ${domain} ${days < 0 ? 'has expired' : `expires within ${days} days`}`;
  const successor = `import its successor: aws acm import-certificate --certificate-arn ${where.id}`;
  const remedy = certificate.Type === 'IMPORTED' ? successor : `ACM should have renewed it: ${prove}`;
  return [finding(days < 0 ? 'bad' : 'warning', where, what, remedy)];
}

/** A release comes after its candidates, which have the longer name. */
const orderOf = (version: string) => (version.includes('-') ? version : `${version}-z`);

export const release: Check = {
  name: 'release',
  about: 'release of LibreChat',
  run: ({ stack }) => {
    const deployed = /^LibreChat (v\S+)/.exec(stack.description)?.[1];
    const newest = DEFAULT_LIBRECHAT_VERSION;
    if (deployed === undefined) {
      const what = 'the description of the stack does not tell the release of LibreChat';
      return Promise.resolve([finding('unknown', placeOf(stack), what, 'deploy again: it writes the description')]);
    }
    const isOlder = orderOf(deployed).localeCompare(orderOf(newest), 'en', { numeric: true }) < 0;
    const what = `LibreChat ${deployed} is deployed, ${newest} is there`;
    const remedy = `read its release notes, then deploy with --set librechatVersion=${newest}`;
    return Promise.resolve(isOlder ? [finding('warning', placeOf(stack), what, remedy)] : []);
  },
};

export const maintenance: Check = {
  name: 'maintenance',
  about: 'pending maintenance of the databases',
  run: async ({ aws, owned, now }) => {
    const own = owned().filter(({ type }) => /^AWS::(RDS|DocDB)::DB(Instance|Cluster)$/.test(type));
    if (own.length === 0) return [];
    const pages = paginateDescribePendingMaintenanceActions({ client: new RDS(aws) }, {});
    const pending = await all(pages, (page) => page.PendingMaintenanceActions);
    return pending.flatMap(({ ResourceIdentifier: arn = '', PendingMaintenanceActionDetails: actions = [] }) => {
      const server = own.find(({ id }) => arn.endsWith(`:db:${id}`) || arn.endsWith(`:cluster:${id}`));
      if (server === undefined) return [];
      return actions.map(({ Action = '', Description = '', ForcedApplyDate, AutoAppliedAfterDate }) => {
        const date = ForcedApplyDate ?? AutoAppliedAfterDate;
        const isSoon = date !== undefined && -daysSince(date, now) <= FORCED_DAYS;
        const when = date === undefined ? '' : `, by AWS from ${date.toISOString().slice(0, 10)}`;
        const command = `aws rds apply-pending-maintenance-action --resource-identifier ${arn} --apply-action ${Action}`;
        const remedy = `choose the time: ${command} --opt-in-type next-maintenance`;
        return finding(isSoon ? 'warning' : 'info', server, `pending: ${Action} (${Description})${when}`, remedy);
      });
    });
  },
};

export const images: Check = {
  name: 'machine images',
  about: 'age of the system of machines',
  run: async ({ aws, owned, now, stack }) => {
    const ec2 = new EC2(aws);
    const setting = stack.description.includes('(ecs') ? 'librechatVersion' : 'instance.amiRelease';
    const remedy = `deploy with another ${setting}: the machine is replaced, its data stays`;
    return await onEach(owned('AWS::EC2::Instance'), async (machine) => {
      const answer = await ifThere(ec2.describeInstances({ InstanceIds: [machine.id] }));
      const imageId = answer?.Reservations?.[0]?.Instances?.[0]?.ImageId;
      if (imageId === undefined) return [];
      const image = (await ifThere(ec2.describeImages({ ImageIds: [imageId], IncludeDeprecated: true })))?.Images?.[0];
      const days = daysSince(image?.CreationDate === undefined ? undefined : new Date(image.CreationDate), now);
      const age = Number.isFinite(days) ? `${days} days old` : 'no longer offered';
      return days > OLD_IMAGE_DAYS ? [finding('warning', machine, `system image ${imageId} is ${age}`, remedy)] : [];
    });
  },
};
