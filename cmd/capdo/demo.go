package main

import "context"

func demo(context.Context, world) error { return nil }
func (p *program) loadWorld(ctx context.Context) error {
	w, err := realWorld()
	if err != nil {
		return err
	}
	return p.office.Import(ctx, keeper(), w)
}
