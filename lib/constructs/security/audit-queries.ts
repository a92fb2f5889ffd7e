const WHO = 'userIdentity.arn as who, sourceIPAddress as address';
const WATCHING =
  '"StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors", "DeleteFlowLogs", "DeleteLogGroup", "PutBucketPolicy", "DeleteBucketPolicy", "DisableKey", "ScheduleKeyDeletion", "DeleteAlarms", "DeleteDetector", "StopConfigurationRecorder"';
const BY_TIME = 'sort @timestamp desc';
const COUNT = 'stats count(*) as times, latest(@timestamp) as last by userIdentity.arn';

/** What people ask of the trail, saved where the console of Logs Insights lists it. */
export const AUDIT_QUERIES: Readonly<Record<string, string>> = {
  SignIns: `filter eventName = "ConsoleLogin" | fields @timestamp, ${WHO}, responseElements.ConsoleLogin as result, additionalEventData.MFAUsed as mfa | ${BY_TIME}`,
  RootUse: `filter userIdentity.type = "Root" and eventType != "AwsServiceEvent" | fields @timestamp, eventSource, eventName, sourceIPAddress | ${BY_TIME}`,
  RefusedCalls: `filter errorCode like /AccessDenied|Unauthorized/ | ${COUNT}, eventSource, eventName | sort times desc`,
  RightsChanged: `filter eventSource = "iam.amazonaws.com" and eventName like /^(Add|Attach|Create|Delete|Detach|Put|Remove|Update)/ | fields @timestamp, ${WHO}, eventName, requestParameters.roleName, requestParameters.userName | ${BY_TIME}`,
  SecretsRead: `filter eventName = "GetSecretValue" | ${COUNT}, requestParameters.secretId | sort times desc`,
  DocumentsTouched: `filter eventSource = "s3.amazonaws.com" and eventCategory = "Data" | ${COUNT}, eventName, requestParameters.bucketName | sort times desc`,
  ShellsOpened: `filter eventName in ["ExecuteCommand", "StartSession", "SendCommand"] | fields @timestamp, ${WHO}, eventName, requestParameters.target, requestParameters.task | ${BY_TIME}`,
  WatchingChanged: `filter eventName in [${WATCHING}] | fields @timestamp, ${WHO}, eventName, errorCode | ${BY_TIME}`,
};
