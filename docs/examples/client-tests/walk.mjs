// npm install @aws-sdk/client-sagemaker; node walk.mjs [tuning job]
import {
  SageMakerClient,
  DescribeHyperParameterTuningJobCommand,
  ResourceNotFound,
  paginateListTrainingJobsForHyperParameterTuningJob as pages,
} from "@aws-sdk/client-sagemaker";

const client = new SageMakerClient({
  endpoint: process.env.AWS_ENDPOINT_URL ?? "http://127.0.0.1:5098",
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
const name = { HyperParameterTuningJobName: process.argv[2] ?? "churn-57-in-all-statuses" };

try {
  const job = await client.send(new DescribeHyperParameterTuningJobCommand(name));
  let number = 0;
  for await (const page of pages({ client, pageSize: 10 }, name)) number += page.TrainingJobSummaries.length;
  console.log(`${job.HyperParameterTuningJobStatus}, ${number} training jobs`);
} catch (error) {
  if (!(error instanceof ResourceNotFound)) throw error;
  console.log(`there is no ${name.HyperParameterTuningJobName}: ${error.message}`);
}
