package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"capdo/internal/machine"
)

// gatewayUse is how the command is called.
const gatewayUse = "add|pin|unpin|reach|revoke NAME, or list; --data DIR, …"

// gatewayCommand keeps the list of machines that may ask the gate.
func gatewayCommand(ctx context.Context, w world) (err error) {
	var in gatewayInput
	f := flags(w, "gateway", gatewayUse)
	data := in.declare(f, w)
	rest, err := w.parse(f, 2)
	if err != nil {
		return err
	}
	if len(rest) == 0 || rest[0] != "list" && len(rest) != 2 {
		return fmt.Errorf("say what to do: %s", gatewayUse)
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if rest[0] == "list" {
		return p.gatewayList(ctx, w)
	}
	g, err := p.gatewayAct(ctx, rest[0], rest[1], in)
	if err != nil {
		return err
	}
	printGateway(w, g, w.clock())
	return nil
}

// gatewayInput is what the flags say.
type gatewayInput struct {
	title, body, san               string
	all                            bool
	systems, agencies, platforms   string
	cert, pin, from, until, ground string
}

// declare declares the flags and returns that of the folder.
func (in *gatewayInput) declare(f *flag.FlagSet, w world) *string {
	f.StringVar(&in.title, "title", "", "add: what people call it (default: its name)")
	f.StringVar(&in.body, "body", "", "add: code of the agency that runs it")
	f.StringVar(&in.san, "san", "", "add: URI its certificates must carry")
	f.BoolVar(&in.all, "all", false, "add, reach: it may ask about every system")
	f.StringVar(&in.systems, "systems", "", "add, reach: codes of systems it may ask about, separated by commas")
	f.StringVar(&in.agencies, "agencies", "", "add, reach: codes of agencies about whose systems it may ask")
	f.StringVar(&in.platforms, "platforms", machine.NDXP, "add, reach: NDXP, NDOP or both")
	f.StringVar(&in.cert, "cert", "", "add, pin: PEM file of its certificate or public key")
	f.StringVar(&in.pin, "pin", "", "add, pin, unpin: SHA-256 of its SubjectPublicKeyInfo, hex (instead of --cert)")
	f.StringVar(&in.from, "from", "", "add, pin: RFC 3339 time from which the key is valid (default: now)")
	f.StringVar(&in.until, "until", "", "add, pin: RFC 3339 time at which it ends (default: the certificate's end, at most the policy's days)")
	f.StringVar(&in.ground, "ground", "", "unpin, revoke: why")
	return f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
}

// gatewayAct carries out one act as the keeper.
func (p *program) gatewayAct(ctx context.Context, act, name string, in gatewayInput) (machine.Gateway, error) {
	if act == "add" {
		return p.gatewayAdd(ctx, name, in)
	}
	g, err := p.gatewayNamed(ctx, name)
	if err != nil {
		return g, err
	}
	switch act {
	case "pin":
		pin, err := in.key()
		if err != nil || pin == nil {
			return g, errors.Join(err, errors.New("give --cert or --pin"))
		}
		return p.machines.Pin(ctx, keeper(), name, g.Version, *pin)
	case "unpin":
		pin, err := in.key()
		if err != nil || pin == nil {
			return g, errors.Join(err, errors.New("give --cert or --pin"))
		}
		return p.machines.Unpin(ctx, keeper(), name, g.Version, pin.SPKI, in.ground)
	case "reach":
		return p.machines.SetReach(ctx, keeper(), name, g.Version, in.reach())
	case "revoke":
		return p.machines.Revoke(ctx, keeper(), name, g.Version, in.ground)
	}
	return g, fmt.Errorf("there is no %q; %s", act, gatewayUse)
}

// gatewayAdd records a new gateway.
func (p *program) gatewayAdd(ctx context.Context, name string, in gatewayInput) (machine.Gateway, error) {
	pin, err := in.key()
	if err != nil {
		return machine.Gateway{}, err
	}
	title := in.title
	if title == "" {
		title = name
	}
	return p.machines.Register(ctx, keeper(), machine.Registration{Name: name, Title: title, Body: in.body, SAN: in.san, Reach: in.reach(), Pin: pin})
}

// gatewayNamed finds a gateway by its name.
func (p *program) gatewayNamed(ctx context.Context, name string) (machine.Gateway, error) {
	gs, err := p.machines.List(ctx, keeper())
	if err != nil {
		return machine.Gateway{}, err
	}
	if i := slices.IndexFunc(gs, func(g machine.Gateway) bool { return g.Name == name }); i >= 0 {
		return gs[i], nil
	}
	return machine.Gateway{}, machine.ErrNoGateway()
}

// reach is what the flags say of it.
func (in gatewayInput) reach() machine.Reach {
	return machine.Reach{All: in.all, Systems: listOf(in.systems), Agencies: listOf(in.agencies), Platforms: listOf(in.platforms)}
}

// key is the key that the flags name; nil when they name none.
func (in gatewayInput) key() (pin *machine.PinInput, err error) {
	switch {
	case in.cert != "" && in.pin != "":
		return nil, errors.New("give --cert or --pin, not both")
	case in.cert != "":
		text, err := os.ReadFile(in.cert)
		if err != nil {
			return nil, err
		}
		read, err := machine.ReadPin(text)
		if err != nil {
			return nil, fmt.Errorf("--cert: %w", err)
		}
		pin = &read
	case in.pin != "":
		pin = &machine.PinInput{SPKI: in.pin}
	default:
		return nil, nil
	}
	for _, x := range []struct {
		flag, text string
		to         *time.Time
	}{{"from", in.from, &pin.From}, {"until", in.until, &pin.Until}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = time.Parse(time.RFC3339, x.text); err != nil {
			return nil, fmt.Errorf("--%s: %w", x.flag, err)
		}
	}
	return pin, nil
}

// listOf reads words separated by commas; nil when there are none.
func listOf(list string) (out []string) {
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// gatewayList prints every gateway.
func (p *program) gatewayList(ctx context.Context, w world) error {
	gs, err := p.machines.List(ctx, keeper())
	if err != nil {
		return err
	}
	for _, g := range gs {
		printGateway(w, g, w.clock())
	}
	return nil
}

// printGateway prints a gateway and its keys.
func printGateway(w world, g machine.Gateway, now time.Time) {
	reach := "every system"
	if !g.Reach.All {
		reach = strings.TrimSpace("systems " + strings.Join(g.Reach.Systems, ",") + "; agencies " + strings.Join(g.Reach.Agencies, ","))
	}
	state := "active"
	if g.Revoked != nil {
		state = "revoked: " + g.Revoked.Ground
	}
	fmt.Fprintf(w.out, "gateway %s\t%s\t%s\t%s\t%s\t%s\n", g.Name, g.Body, strings.Join(g.Reach.Platforms, ","), reach, state, g.Title)
	for _, p := range g.Pins {
		state := "valid"
		switch {
		case p.Revoked != nil:
			state = "revoked: " + p.Revoked.Ground
		case now.Before(p.From):
			state = "not yet"
		case !now.Before(p.Until):
			state = "ended"
		}
		fmt.Fprintf(w.out, "  pin %s\t%s .. %s\t%s\n", p.SPKI, p.From.Format(time.RFC3339), p.Until.Format(time.RFC3339), state)
	}
}
