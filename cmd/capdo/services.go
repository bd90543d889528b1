package main

import (
	"context"
	"fmt"
	"strings"

	"capdo/fixtures"
	"capdo/internal/connection"
)

// loadServices loads the data services of the exchange's report of 2023; the
// systems that provide them are on the register already. One whose provider the
// report does not tell stays without: nobody can connect to it.
func (p *program) loadServices(ctx context.Context) error {
	printed, err := fixtures.DataServices()
	if err != nil {
		return err
	}
	all := make([]connection.Service, len(printed))
	for i, x := range printed {
		note := fmt.Sprintf("%s, %s, số %d: %s giao dịch, %s.", x.Document, x.Section, x.No, x.AsPrinted, x.Period)
		all[i] = connection.Service{Code: fmt.Sprintf("NDXP-%02d", x.No), Name: x.Name, Provider: x.SystemCode, Origin: connection.FromList, Note: strings.TrimSpace(note + " " + x.Note)}
	}
	return p.links.ImportServices(ctx, keeper(), all)
}
