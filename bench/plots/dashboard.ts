import { alarmNames } from '../../deploy/alarms.ts';
import { dashboardResource } from '../../deploy/dashboard.ts';
import { type Widget, widget } from './dashboard-widgets.ts';
import { picture } from './svg.ts';

/** The deployment that is drawn, as the name of the service and the stage. */
const SERVICE = 'consul-route53-updater-prod';

/** Pixels of a column and of a row of CloudWatch's grid. */
const COLUMN = 55;
const ROW = 38;

/** The dashboard that is deployed, drawn with values that are made up. */
export function dashboardPicture(service = SERVICE): string {
  const widgets = widgetsOf(service);
  const right = Math.max(...widgets.map(({ x, width }) => x + width));
  const bottom = Math.max(...widgets.map(({ y, height }) => y + height));
  const questions = widgets.flatMap(({ properties: { markdown } }) => markdown?.replace(/^#+ /, '') ?? []);
  return picture(
    right * COLUMN,
    bottom * ROW,
    {
      title: 'The dashboard of a stage, with made-up values',
      description: `A row of graphs and tables for each of these questions: ${questions.join(' ')}`,
    },
    ...widgets.map((each) =>
      widget(each, {
        ...{ left: each.x * COLUMN, top: each.y * ROW },
        ...{ width: each.width * COLUMN, height: each.height * ROW },
      }),
    ),
  );
}

/** The widgets as CloudWatch gets them. */
function widgetsOf(service: string): readonly Widget[] {
  const { Dashboard } = dashboardResource(service, alarmNames(service), false) as {
    readonly Dashboard: { readonly Properties: { readonly DashboardBody: { readonly 'Fn::Sub': string } } };
  };
  return JSON.parse(Dashboard.Properties.DashboardBody['Fn::Sub']).widgets;
}
