package web

import "net/http"

// AboutPage says what this is and how to use it.
type AboutPage struct{ Page }

// aboutShow shows the help page, to anyone.
func (s *site) aboutShow(v *visit) error {
	return v.show(http.StatusOK, "about", AboutPage{v.page(v.t("about.title"))})
}
