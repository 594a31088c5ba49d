// A server of one operation, with a route that loads a world: PUT /world.    node server.mjs PORT
import { createServer } from "node:http";

let jobs = new Map();

function describe({ HyperParameterTuningJobName: name }) {
  if (typeof name !== "string" || !/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/.test(name))
    return [400, { __type: "ValidationException", message: "HyperParameterTuningJobName is not a name" }];
  if (!jobs.has(name)) return [400, { __type: "ResourceNotFound", message: `no such tuning job: ${name}` }];
  const { create: { Tags, ...asked }, training_jobs: launched, ...job } = jobs.get(name);
  const count = (member, value) => launched.filter((job) => job[member] === value).length;
  return [200, {
    ...asked, HyperParameterTuningJobStatus: job.status, FailureReason: job.failure_reason,
    HyperParameterTuningJobArn: `arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/${name}`,
    CreationTime: job.created, LastModifiedTime: job.modified, HyperParameterTuningEndTime: job.ended,
    TrainingJobStatusCounters: Object.fromEntries(["Completed", "InProgress", "Stopped"].map((s) => [s, count("status", s)])),
    ObjectiveStatusCounters: Object.fromEntries(["Succeeded", "Pending", "Failed"].map((s) => [s, count("objective_status", s)])),
  }];
}

createServer(async (request, response) => {
  let body = "", [status, answer] = [400, { __type: "UnknownOperationException" }];
  for await (const part of request) body += part;
  if (request.method === "PUT" && request.url === "/world") {
    jobs = new Map(JSON.parse(body).jobs.map((job) => [job.name, job]));
    [status, answer] = [200, {}];
  } else if (request.headers["x-amz-target"] === "SageMaker.DescribeHyperParameterTuningJob") {
    try { [status, answer] = describe(JSON.parse(body)); } catch { answer = { __type: "SerializationException" }; }
  }
  response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
}).listen(Number(process.argv[2]), "127.0.0.1");
