import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { Cost } from '../../common/cost.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Municipality } from '../directory/municipality.entity.js';
import { Organisation } from '../directory/organisation.entity.js';
import { municipalityByCode, organisationById } from '../directory/organisation.loaders.js';
import { AsOf, readAsOf } from '../records/as-of.js';
import { readAnswers } from './answers.js';
import { type BreakdownName, readBreakdown } from './breakdowns.js';
import { readMunicipalityPairs, readOrganisationPairs, readSectorPairs } from './co-operation.js';
import type { ProtectedCell } from './disclosure-control.js';
import { StatisticsFilter } from './statistics.filter.js';
import {
  AnswerCount,
  MunicipalityPair,
  MunicipalityPairConnection,
  OrganisationPair,
  OrganisationPairConnection,
  SectorPair,
  StatisticCount,
  Statistics,
} from './statistics.types.js';

/**
 * What counting costs: by the columns of records (40 ms over 50,000 cases), by what hangs on them (0.3 s over their 200,000
 * parties), by the pairs of that (0.9 s).
 */
const RECORDS_COST = 50;
const PARTS_COST = 200;
const PAIRS_COST = 800;
/** As of a time all of it takes some four times as long. */
const AS_OF_COST = 500;

@Resolver(() => Statistics)
export class StatisticsResolver {
  @Guard('record.read')
  @Cost(({ asOf }) => (asOf == null ? 0 : AS_OF_COST))
  @Query(() => Statistics, {
    description: 'Counts of what is published: the same for everybody, and with `asOf` the same each time.',
  })
  statistics(
    @Arg('filter', () => StatisticsFilter, { nullable: true, description: 'Which records to count.' })
    filter: StatisticsFilter | null,
    @AsOf() asOf: Date | null,
    @Ctx() context: Context,
  ): Promise<Statistics> {
    return readAsOf(context, asOf, async (scope) => Object.assign(new Statistics(), { filter: filter ?? {}, scope }));
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By kind of record: RecordKind.' })
  recordKinds(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'recordKinds');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By form of partnership: CaseStudyKind.' })
  kinds(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'kinds');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By how far the case reaches: Scope.' })
  scopes(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'scopes');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By how far the case has come: CaseStudyState.' })
  states(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'states');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By the municipality where the case is at home.' })
  municipalities(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'municipalities');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By the region where the case is at home.' })
  regions(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'regions');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By the year in which the case began, earliest first.' })
  startedYears(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'startedYears');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], {
    description: 'By the year in which the record was first published, in UTC, earliest first.',
  })
  publishedYears(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'publishedYears');
  }

  @Cost(PARTS_COST)
  @FieldResolver(() => [StatisticCount], {
    description:
      'By sector of the parties of the case: PartySector. A case counts once for each sector that it has a party of.',
  })
  sectors(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'sectors');
  }

  @Cost(PARTS_COST)
  @FieldResolver(() => [StatisticCount], {
    description: 'By what the parties of the case bring in: ContributionKind. A case counts once for each kind.',
  })
  contributionKinds(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'contributionKinds');
  }

  @Cost(PARTS_COST)
  @FieldResolver(() => [StatisticCount], {
    description: 'By recommendation that the record bears on, by number. A record counts once for each.',
  })
  recommendations(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'recommendations');
  }

  @Cost(PARTS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By theme, by slug. A record counts once for each.' })
  themes(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'themes');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By whether the story is known as a whole: Documentation.' })
  documentations(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'documentations');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [StatisticCount], { description: 'By where the content comes from: Provenance.' })
  provenances(@Root() statistics: Statistics): Promise<StatisticCount[]> {
    return breakdown(statistics, 'provenances');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [AnswerCount], {
    description:
      'How the experiences among the records of the filter went: Outcome. Whatever kinds of record are counted.',
  })
  outcomes(@Root() { scope, filter }: Statistics): Promise<ProtectedCell[]> {
    return readAnswers(scope.database, filter, 'outcome');
  }

  @Cost(RECORDS_COST)
  @FieldResolver(() => [AnswerCount], {
    description:
      'Where in the life of the partnership the experiences were made: Phase. Whatever kinds of record are counted.',
  })
  phases(@Root() { scope, filter }: Statistics): Promise<ProtectedCell[]> {
    return readAnswers(scope.database, filter, 'phase');
  }

  @Cost(PAIRS_COST)
  @FieldResolver(() => OrganisationPairConnection, {
    description: 'Which organisations are parties of the same case studies, the most frequent pair first.',
  })
  organisationPairs(
    @Root() { scope, filter }: Statistics,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<OrganisationPair>> {
    return readOrganisationPairs(scope.database, filter, page);
  }

  @Cost(PAIRS_COST)
  @FieldResolver(() => MunicipalityPairConnection, {
    description:
      'Which two municipalities have organisations that are parties of the same case studies, the most frequent pair first.',
  })
  municipalityPairs(
    @Root() { scope, filter }: Statistics,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<MunicipalityPair>> {
    return readMunicipalityPairs(scope.database, filter, page);
  }

  @Cost(PARTS_COST)
  @FieldResolver(() => [SectorPair], {
    description: 'Which sectors meet in the same case studies, the most frequent pair first.',
  })
  sectorPairs(@Root() { scope, filter }: Statistics): Promise<SectorPair[]> {
    return readSectorPairs(scope.database, filter);
  }
}

function breakdown({ scope, filter }: Statistics, name: BreakdownName): Promise<StatisticCount[]> {
  return readBreakdown(scope.database, filter, name);
}

@Resolver(() => OrganisationPair)
export class OrganisationPairResolver {
  @FieldResolver(() => Organisation, { description: 'The one organisation.' })
  async one(@Root() { oneId }: OrganisationPair, @Ctx() { loader }: Context): Promise<Organisation> {
    return (await loader(organisationById).load(oneId))!;
  }

  @FieldResolver(() => Organisation, { description: 'The other organisation.' })
  async other(@Root() { otherId }: OrganisationPair, @Ctx() { loader }: Context): Promise<Organisation> {
    return (await loader(organisationById).load(otherId))!;
  }
}

@Resolver(() => MunicipalityPair)
export class MunicipalityPairResolver {
  @FieldResolver(() => Municipality, { description: 'The one municipality.' })
  async one(@Root() { oneCode }: MunicipalityPair, @Ctx() { loader }: Context): Promise<Municipality> {
    return (await loader(municipalityByCode).load(oneCode))!;
  }

  @FieldResolver(() => Municipality, { description: 'The other municipality.' })
  async other(@Root() { otherCode }: MunicipalityPair, @Ctx() { loader }: Context): Promise<Municipality> {
    return (await loader(municipalityByCode).load(otherCode))!;
  }
}
