import { beforeAll, describe, test } from 'vitest';
import { checkTypes, findNode, install, nodeMajors, projects, runProject, typeProjects } from './consumers.ts';

beforeAll(install);

for (const major of nodeMajors) {
  describe(`on Node ${major}`, () => {
    let node = '';

    beforeAll(async () => {
      node = await findNode(major);
    });

    test.each(Object.keys(projects))('%s', (project) => runProject(node, project));
  });
}

describe('for the compiler', () => {
  test.each(Object.keys(typeProjects))('%s', checkTypes);
});
