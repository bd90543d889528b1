package web_test

import (
	"testing"

	"capdo/internal/web"
	"github.com/jba/templatecheck"
)

// kinds is which struct fills which page.
func kinds() map[string]any {
	return map[string]any{"about": web.AboutPage{}, "admin": web.AdminPage{}, "ledger": web.LedgerPage{}, "act": web.ActPage{}, "assistant": web.AssistantPage{}, "assistant_end": web.AssistantEndPage{},
		"calendar": web.CalendarPage{}, "controls": web.ControlsPage{}, "checklist": web.ChecklistPage{}, "checklist_all": web.ChecklistAllPage{}, "checklist_group": web.GroupPage{}, "gaps": web.GapsPage{}, "watch": web.WatchPage{}, "agenda": web.AgendaPage{}, "year": web.YearPage{}, "bulk": web.BulkPage{}, "import": web.ImportPage{}, "import_report": web.ImportReportPage{}, "instrument": web.InstrumentPage{}, "what_if": web.WhatIfPage{}, "desk": web.DeskPage{}, "letter": web.LetterPage{}, "duplicates": web.DuplicatesPage{}, "gate": web.GatePage{}, "gateways": web.GatewaysPage{}, "documents": web.DocumentsPage{}, "lacks": web.LacksPage{}, "copy": web.CopyPage{}, "history": web.HistoryPage{}, "home": web.HomePage{}, "law": web.LawPage{},
		"sign": web.SignPage{},
		"sure": web.SurePage{}, "password": web.PasswordPage{}, "events": web.EventsPage{}, "backups": web.BackupsPage{}, "retention": web.RetentionPage{},
		"confirm":    web.ConfirmPage{},
		"statements": web.StatementsPage{}, "statement": web.StatementPage{}, "statement_new": web.StatementNewPage{},
		"several": web.SeveralPage{}, "account": web.AccountPage{}, "accounts": web.AccountsPage{}, "account_of": web.OneAccountPage{}, "account_link": web.LinkPage{}, "enrol": web.SignInPage{}, "delegations": web.DelegationsPage{}, "delegation": web.DelegationPage{}, "consult": web.ConsultPage{},
		"message": web.MessagePage{}, "notices": web.NoticesPage{}, "paper": web.PaperPage{}, "public": web.PublicPage{}, "reports": web.ReportsPage{}, "report_job": web.JobPage{}, "notice": web.NoticePage{}, "overview": web.OverviewPage{}, "queue": web.QueuePage{}, "sign_in": web.SignInPage{},
		"system": web.SystemPage{}, "systems": web.RegisterPage{}, "connections": web.ConnectionsPage{}, "connection": web.ConnectionPage{}, "services": web.ServicesPage{}, "alarms": web.AlarmsPage{},
		"app_set_up": web.AppPage{}, "recovery": web.RecoveryPage{}}
}

// TestTemplatesFitTheirPages checks every name a template uses against the
// struct that fills it.
func TestTemplatesFitTheirPages(t *testing.T) {
	names, err := web.PageNames()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(kinds()) {
		t.Errorf("%d pages, %d structs", len(names), len(kinds()))
	}
	for _, name := range names {
		tmpl, err := web.Template("vi", name)
		if err != nil {
			t.Fatal(err)
		}
		if err := templatecheck.CheckHTML(tmpl.Lookup("layout"), kinds()[name]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFillFailsWhole: a page that cannot be filled gives nothing at all.
func TestFillFailsWhole(t *testing.T) {
	if out, err := web.Fill("vi", "system", web.AboutPage{}); err == nil || out != nil {
		t.Errorf("a page filled with the wrong struct: %d bytes, %v", len(out), err)
	}
	if _, err := web.Fill("vi", "none", web.AboutPage{}); err == nil {
		t.Error("a page that does not exist was filled")
	}
}
