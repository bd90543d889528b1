package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

// demo loads the real world into an empty folder, runs the main job through
// the program's own HTTP interface, and goes on serving.
func demo(ctx context.Context, w world) (err error) {
	f := flags(w, "demo", "[--listen ADDR] [--dir DIR] [--exit] [--json]")
	listen := f.String("listen", "", "address to listen on (default 127.0.0.1:8080, any free port when taken)")
	dir := f.String("dir", "", "empty folder for the register and the reports (default: a new one)")
	exit := f.Bool("exit", false, "stop after the last step; status 0 only if every step came out as it should")
	asJSON := f.Bool("json", false, "print the steps as JSON lines")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if *dir, err = emptyFolder(*dir); err != nil {
		return err
	}
	p, err := open(ctx, w, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	t := &teller{w: w, json: *asJSON}
	began := w.clock()
	if err := p.loadWorld(ctx); err != nil {
		return err
	}
	t.say("Đã nạp sổ đăng ký tháng 6/2024 vào %s (%.1f s). Bản ghi hệ thống là DỮ LIỆU MÔ PHỎNG. / The register of June 2024 is loaded; its system records are SIMULATED.", *dir, w.clock().Sub(began).Seconds())
	people, err := p.enrol(ctx)
	if err != nil {
		return err
	}
	l, err := listenOn(*listen)
	if err != nil {
		return err
	}
	at, err := p.demoGateway(ctx, *dir)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	at.front.url = "http://" + dialable(l.Addr())
	if site, err := identity.SiteOf(at.front.url); err == nil {
		p.desk.Site = &site
	}
	tell, err := webhooksOnly(p, *dir)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	p.duties = append(p.duties, tell)
	served := make(chan error, 1)
	go func() { served <- p.serveOn(serving, l, at.front) }()
	told := p.tell(ctx, t, story{base: "http://" + dialable(l.Addr()), dir: *dir, people: people, machine: at})
	if *exit || told != nil {
		stop()
		return errors.Join(told, <-served)
	}
	t.gateway(at)
	t.accounts("http://"+dialable(l.Addr()), people)
	return <-served
}

// emptyFolder makes the folder, or a new one when none is named, and refuses
// one that holds anything.
func emptyFolder(dir string) (string, error) {
	if dir == "" {
		return os.MkdirTemp("", "capdo-demo-")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	found, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return "", fmt.Errorf("the folder %s is not empty; the demo starts on an empty one", dir)
	}
	return filepath.Abs(dir)
}

// listenOn listens on the address; without one on port 8080, or on any free
// port when that is taken.
func listenOn(addr string) (net.Listener, error) {
	if addr != "" {
		return net.Listen("tcp", addr)
	}
	l, err := net.Listen("tcp", "127.0.0.1:8080")
	if errors.Is(err, syscall.EADDRINUSE) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return l, err
}

// dialable is an address a client on this machine can reach.
func dialable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// loadWorld loads the world of fixtures.
func (p *program) loadWorld(ctx context.Context) error {
	w, err := realWorld()
	if err != nil {
		return err
	}
	if err := p.office.Import(ctx, keeper(), w); err != nil {
		return err
	}
	return p.loadServices(ctx)
}

// person is an account of the demo.
type person struct{ login, password, name string }

// cast are the demo's accounts: posts, not people.
func cast() []identity.Account {
	post := func(login, name string, c approval.Capacity, body string) identity.Account {
		return identity.Account{Login: login, Name: name, Actor: approval.Actor{Person: "demo:" + login, Account: login, Capacity: c, Body: body}}
	}
	return []identity.Account{
		post("canbo.thanhhoa", "Cán bộ đơn vị vận hành, Thanh Hóa", law.RoleOperator, "H56"),
		post("thamdinh.thanhhoa", "Đơn vị chuyên trách, Thanh Hóa", law.RoleSpecialisedUnit, "H56"),
		post("thamdinh2.thanhhoa", "Lãnh đạo đơn vị chuyên trách, Thanh Hóa", law.RoleSpecialisedUnit, "H56"),
		post("hoidong.thanhhoa", "Hội đồng thẩm định độc lập, Thanh Hóa", law.RoleIndependentCouncil, "H56"),
		post("pheduyet.thanhhoa", "Chủ quản (UBND tỉnh), Thanh Hóa", law.RoleOwner, "H56"),
		post("canbo.nghean", "Cán bộ đơn vị vận hành, Nghệ An", law.RoleOperator, "H41"),
		post("thamdinh.boca", "Cán bộ thẩm định, Bộ Công an", law.RoleMPS, "G01"),
		post("xacnhan.boca", "Cán bộ xác nhận, Bộ Công an", law.RoleMPS, "G01"),
		post("thutuong", "Văn thư Thủ tướng Chính phủ", law.RolePrimeMinister, "G22"),
		post("theodoi", "Lãnh đạo, theo dõi toàn quốc", approval.Auditor, "G22"),
	}
}

// enrol creates the accounts, all with one password made for this run: a password
// suffices in the demo, which says so.
func (p *program) enrol(ctx context.Context) (map[string]person, error) {
	if err := p.desk.SetPolicy(ctx, keeper(), identity.Relaxed); err != nil {
		return nil, err
	}
	password := strings.ToLower(rand.Text()[:16])
	hash, err := p.desk.Hash.New(ctx, password)
	if err != nil {
		return nil, err
	}
	people := map[string]person{}
	for _, a := range cast() {
		a.PasswordHash = hash
		if err := p.store.AddAccount(ctx, keeper(), p.clock().UTC().Truncate(time.Microsecond), p.book.Digest(), a); err != nil {
			return nil, err
		}
		people[a.Login] = person{a.Login, password, a.Name}
	}
	return people, nil
}

// teller prints what happens.
type teller struct {
	w     world
	json  bool
	steps []step
}

// step is one act of the demo and how it came out.
type step struct {
	No       int    `json:"step"`
	Actor    string `json:"actor"`
	Does     string `json:"does"`
	DoesEN   string `json:"does_en"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	OK       bool   `json:"ok"`
}

// say prints a sentence beside the steps; JSON output is steps only.
func (t *teller) say(format string, args ...any) {
	if !t.json {
		fmt.Fprintf(t.w.out, format+"\n", args...)
	}
}

// step prints one step.
func (t *teller) step(s step) {
	s.No = len(t.steps) + 1
	t.steps = append(t.steps, s)
	if t.json {
		enc := json.NewEncoder(t.w.out)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(s) // a closed output ends the demo elsewhere
		return
	}
	mark := "ĐÚNG"
	if !s.OK {
		mark = "SAI"
	}
	fmt.Fprintf(t.w.out, "%2d. %s: %s\n    (%s)\n    %s  %s\n", s.No, s.Actor, s.Does, s.DoesEN, mark, s.Got)
	if !s.OK {
		fmt.Fprintf(t.w.out, "    mong đợi / expected: %s\n", s.Expected)
	}
}

// accounts prints where to go and as whom.
func (t *teller) accounts(base string, people map[string]person) {
	if t.json {
		type entry struct {
			Login    string `json:"login"`
			Password string `json:"password"`
			Name     string `json:"name"`
		}
		last := struct {
			Address  string  `json:"address"`
			Accounts []entry `json:"accounts"`
		}{Address: base}
		for _, a := range cast() {
			last.Accounts = append(last.Accounts, entry{a.Login, people[a.Login].password, a.Name})
		}
		_ = json.NewEncoder(t.w.out).Encode(last) // a closed output ends the demo elsewhere
		return
	}
	t.say("\nMở / open: %s\nTài khoản trình diễn / demo accounts (mật khẩu chung cho lần chạy này / one password for this run):", base)
	for _, a := range cast() {
		t.say("  %-20s %-18s %s", a.Login, people[a.Login].password, a.Name)
	}
	t.say("\n%s", relaxed)
	t.say("\nDừng bằng Ctrl+C. / Stop with Ctrl+C.")
}
