import { ApiModule, ApiWithWorkerModule } from './app.module';
import { bootstrap } from './bootstrap';

/** The API process; with `--with-worker` it works on jobs as well. */
void bootstrap(process.argv.includes('--with-worker') ? ApiWithWorkerModule : ApiModule, 'http');
