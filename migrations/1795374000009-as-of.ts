import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What reads as of a time look for among the versions of records. */
export class AsOf1795374000009 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- The experiences that were made in a case by what their published versions say.
      CREATE INDEX revision_case_study_index ON revision (((content ->> 'caseStudyId')::uuid)) WHERE status = 'PUBLISHED';
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX revision_case_study_index');
  }
}
