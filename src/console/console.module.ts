import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { ConfidantRelationshipsModule } from '../confidant-relationships';
import { HttpModule } from '../http';
import { JobsModule } from '../jobs';
import { MithrilModule } from '../mithril';
import { MvsTrembitaModule } from '../mvs-trembita';
import { PersonsModule } from '../persons';
import { UnzrInfoModule } from '../unzr-info';
import { VerificationsModule } from '../verifications';
import { AssetsController } from './frame/assets.controller';
import { Assets } from './frame/assets.service';
import { ConsoleMiddleware } from './frame/console.middleware';
import { LiveStreams } from './frame/live-streams.service';
import { Menu } from './frame/menu.service';
import { PageRenderer } from './frame/page-renderer.service';
import { RunsController } from './jobs/runs.controller';
import { TimetableController } from './jobs/timetable.controller';
import { PersonChecksReader } from './persons/person-checks.service';
import { PersonController } from './persons/person.controller';
import { PersonSearchController } from './persons/person-search.controller';
import { HomeController } from './home/home.controller';
import { OverviewPageController } from './operations/overview-page.controller';
import { ProcessesPageController } from './operations/processes-page.controller';
import { RegisterPageController } from './operations/register-page.controller';
import { RelationshipDecisionController } from './relationships/relationship-decision.controller';
import { RelationshipPagesController } from './relationships/relationships.controller';
import { SignInController } from './sign-in/sign-in.controller';
import { SignIn, TokenSignIn } from './sign-in/sign-in.service';
import { UnknownPageController } from './home/unknown-page.controller';
import { UnzrController } from './unzr/unzr.controller';
import { DecisionController } from './verifications/decision.controller';
import { HistoryController } from './verifications/history.controller';
import { TableRowsController } from './verifications/table-rows.controller';
import { WorkListController } from './verifications/work-list.controller';

/**
 * The pages for operators and officials. They call the services of the other modules, so they follow the same rules of
 * access and leave the same audit rows as the calls do. Only API processes have them.
 */
@Module({
  imports: [
    ConfidantRelationshipsModule,
    HttpModule,
    JobsModule,
    MithrilModule,
    MvsTrembitaModule,
    PersonsModule,
    VerificationsModule,
    UnzrInfoModule,
  ],
  controllers: [
    AssetsController,
    SignInController,
    HomeController,
    OverviewPageController,
    RegisterPageController,
    ProcessesPageController,
    RunsController,
    TimetableController,
    PersonSearchController,
    PersonController,
    WorkListController,
    HistoryController,
    DecisionController,
    TableRowsController,
    RelationshipPagesController,
    RelationshipDecisionController,
    UnzrController,
    // Last: it answers what no other page does.
    UnknownPageController,
  ],
  providers: [
    Assets,
    LiveStreams,
    Menu,
    PageRenderer,
    PersonChecksReader,
    { provide: SignIn, useClass: TokenSignIn },
  ],
})
export class ConsoleModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(ConsoleMiddleware).forRoutes({ path: 'console{/*path}', method: RequestMethod.ALL });
  }
}
